"""One list of companies for all pages that show them: what an address asks for, its words, its file."""
