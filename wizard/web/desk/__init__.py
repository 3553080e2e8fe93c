"""How everything is: the first page of those who run the service."""
