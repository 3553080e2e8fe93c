"""The firm's companies and their invitations."""
