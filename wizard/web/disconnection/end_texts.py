"""Masked mail addresses, for readers who should recognise them."""


def address_hint(email: str) -> str:
    """The masked address: f•••@example.com."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"
