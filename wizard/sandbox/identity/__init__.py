"""The login of the stand-in: OAuth 2.0, choosing a company, and consent."""
