"""The API under /v2, with Visma's field names, envelopes, errors and limits."""
