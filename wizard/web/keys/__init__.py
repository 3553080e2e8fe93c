"""The platform's keys to the API, for the admin."""
