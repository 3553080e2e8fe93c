"""The exception that becomes Visma's error body."""


class ApiError(Exception):
    """Ends the request with an ErrorCode."""

    def __init__(self, error_code: int, message: str | None = None) -> None:
        super().__init__(error_code)
        self.error_code = error_code
        self.message = message
