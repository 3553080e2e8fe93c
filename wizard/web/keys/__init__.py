"""The admin's pages for API keys."""
