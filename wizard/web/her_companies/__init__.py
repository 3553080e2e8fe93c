"""The companies that wait for one person, by one link."""
