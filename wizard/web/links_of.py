"""The links of an invitation in words: whose each is, for the firm and for support."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from wizard.models import KeyPurpose
from wizard.services.companies.support_view import SeenLink
from wizard.web.event_texts import LINKS


@dataclass(frozen=True)
class LinkRow:
    """A link, and whose it is."""

    id: int
    whose: str
    made_at: datetime
    last_seen_at: datetime | None
    is_working: bool


def link_rows(links: list[SeenLink]) -> list[LinkRow]:
    """The rows, in the order given."""
    return [
        LinkRow(link.id, _whose(link), link.made_at, link.last_seen_at, link.is_working)
        for link in links
    ]


def _whose(link: SeenLink) -> str:
    if link.recipient:
        if link.by_support:
            return gettext(
                "The link in the mail to %(address)s, sent by support", address=link.recipient
            )
        return gettext("The link in the mail to %(address)s", address=link.recipient)
    if link.purpose is KeyPurpose.COPIED and link.by_support:
        return gettext("A link that support made to copy")
    if link.purpose is KeyPurpose.COPIED and link.made_by:
        return gettext("A link that %(name)s made to copy", name=link.made_by)
    if link.purpose is KeyPurpose.HANDED_OVER and link.asked_by:
        return gettext("A link that %(name)s made for a colleague", name=link.asked_by)
    return str(LINKS[link.purpose])
