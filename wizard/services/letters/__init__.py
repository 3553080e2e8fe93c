"""Letters: what is true of each kind, what its templates are told, and its way out of the outbox."""
