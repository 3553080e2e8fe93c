"""The description of the API, for machines and for those who build against it."""
