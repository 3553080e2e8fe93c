"""How an address is hinted at to who should know it: its first letter, and where it is."""


def address_hint(email: str) -> str:
    """An address without what would tell it to a stranger: f•••@example.com."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"
