"""The documents: their content, and their temporary URLs."""
