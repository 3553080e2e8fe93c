"""Hand-over: a member arrives from the platform and confirms the sign-in."""
