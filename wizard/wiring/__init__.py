"""What web, jobs and commands share to build providers, webhooks and public URLs."""
