"""One trip to the provider and back, seen from the browser."""
