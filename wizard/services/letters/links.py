"""How addresses in letters are made; given by the entries, since only they know the routes and the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """The public address, and the pages that letters lead to: by secret, public id, or help step.

    ``identity_hosts`` are the hosts of the providers' log-ins, by the provider's name.
    """

    public: str
    link: Callable[[str], str]
    receipt: Callable[[str], str]
    consents: Callable[[str], str]  # all that an address has approved
    ask_consents: str  # where that is asked for
    company: Callable[[str], str]
    help: Callable[[str], str]
    companies: str  # those whose connection needs to be renewed
    connections: Callable[[str], str]  # those with a status
    desk: str  # the first page of those who run the service
    moves: Callable[[str], str]  # the companies of which it is somebody's move
    account: str  # the reader's own
    review: str  # of the reader's firm, once a year
    keys: str  # of the reader's firm
    receiver: Callable[[str], str]
    account_link: Callable[[str], str]
    sign_in: str
    forgotten_password: str
    operator: str  # who runs the service; empty where nobody is named
    identity_hosts: Mapping[str, str]
