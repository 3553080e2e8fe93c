"""Pictures of other programmes' pages: what they show, how they are drawn, and which one is shown."""
