"""The approver's receipt, opened again by a key of its own."""
