"""Client companies: lists, pages, and search for support."""
