"""Where a person is, and what helps her: for support on the phone."""
