"""The button Kontrollera nu: a member of staff checks a connection by hand."""
