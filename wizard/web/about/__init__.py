"""Public pages about the service: personal data and accessibility."""
