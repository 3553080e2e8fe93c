"""Commands that measure and print figures, and tests of the limits."""
