"""Looking after the whole: what is due, what is forgotten, and whether work is done."""
