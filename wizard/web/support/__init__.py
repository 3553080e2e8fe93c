"""Pages for support on the phone."""
