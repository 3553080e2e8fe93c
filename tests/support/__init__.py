"""Servers, browsers, data and assertions that several tests share."""
