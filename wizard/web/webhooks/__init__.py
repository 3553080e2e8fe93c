"""The admin's pages for webhook receivers."""
