"""A member arrives from the platform, and presses a button that names her."""
