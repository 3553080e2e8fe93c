"""Locks, single-flight execution, back-off and the job queue."""
