"""What is said of a company: changed, archived, removed."""
