"""Importing companies from a spreadsheet."""
