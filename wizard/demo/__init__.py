"""Behind `make run`: a demo, or a production set-up on one machine, from nothing to an address."""
