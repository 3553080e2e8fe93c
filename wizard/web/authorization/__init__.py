"""The browser's part of an authorization: to the provider, the callback, the check, the result."""
