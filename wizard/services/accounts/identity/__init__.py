"""OpenID Connect as a client: the protocol alone, without database or pages."""
