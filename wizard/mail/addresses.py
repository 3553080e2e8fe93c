"""How addresses in letters are made; given by the entries, since only they know the routes."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """The public address, and the pages that letters lead to: by secret, public id, or help step."""

    public: str
    link: Callable[[str], str]
    receipt: Callable[[str], str]
    company: Callable[[str], str]
    help: Callable[[str], str]
    companies: str  # those whose connection needs to be renewed
    connections: str
    receiver: Callable[[str], str]
