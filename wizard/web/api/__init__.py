"""The API for platforms: JSON, authenticated by API keys, described in OpenAPI from the views."""
