"""Services for the platform's API: keys, paged records, hand-overs and idempotent creations."""
