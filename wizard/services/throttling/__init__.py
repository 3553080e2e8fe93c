"""Rate limits for users, and the call budget and pace for providers."""
