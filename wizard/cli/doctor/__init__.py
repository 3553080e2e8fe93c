"""The command that looks whether this installation is well, and says what to do."""
