"""Lists of companies from spreadsheets: read, judged line by line, then added and invited."""
