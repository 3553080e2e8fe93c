"""Base class and fields shared by forms."""
