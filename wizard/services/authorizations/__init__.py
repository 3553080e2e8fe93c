"""An approval at the provider: the code flow, the check, and what came of it."""
