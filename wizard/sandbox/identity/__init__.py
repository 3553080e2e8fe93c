"""The stand-in's identity server: OAuth 2.0, log-in, choice of company, and consent."""
