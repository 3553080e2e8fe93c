"""The supervisor behind `make run`: starts a demo, or a production set-up, on one machine."""
