"""What can be done: one function a use case, handed its session and its provider."""
