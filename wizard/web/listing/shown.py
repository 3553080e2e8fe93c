"""A list as a page shows it: its lines, how many there are, and the addresses around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, session, url_for
from flask_babel import gettext

from wizard.causes import Cause
from wizard.config import Settings
from wizard.extensions import database
from wizard.models import BulkAct, Role, User, Whose
from wizard.services.accounts import responsibility
from wizard.services.bulk.judging import MAILING, MAY
from wizard.services.companies import company_list
from wizard.services.companies.company_list import MOST_COUNTED, Line, ListPage
from wizard.web.bulk.wording import ACTS
from wizard.web.forms.letters import can_mail
from wizard.web.listing.asked import DAYS, LIVING, Asked, asked_here, wanted_by
from wizard.web.listing.columns import WORDS as COLUMN_WORDS
from wizard.web.listing.columns import Column, columns_of, offered_to
from wizard.web.listing.wording import (
    INVITATIONS,
    LOOKS,
    ORDERS,
    STATUSES,
    cause_words,
    day_words,
)
from wizard.web.move_texts import REASONS

Options = list[tuple[str, str]]

KEPT = "lists"  # session key: the last query of each list, to which Back leads
LONGEST_KEPT = 500
PARTIES = (Whose.FIRM, Whose.APPROVER, Whose.PROVIDER, Whose.WE)


@dataclass(frozen=True)
class Listing:
    """What a template shows of a list; ``counts`` are by whose move, where nothing else narrows it."""

    endpoint: str
    asked: Asked
    page: ListPage
    number: int
    counts: dict[Whose, int]
    members: list[tuple[str, str]]
    columns: list[Column]
    offered: list[Column]
    acts: Options
    parties: tuple[Whose, ...] = PARTIES
    reasons: Options = field(default_factory=lambda: _options(REASONS))
    statuses: Options = field(default_factory=lambda: _options(STATUSES))
    invitations: Options = field(
        default_factory=lambda: [(LIVING, gettext("Under way")), *_options(INVITATIONS)]
    )
    causes: Options = field(
        default_factory=lambda: [(one.value, cause_words(one)) for one in Cause]
    )
    looks: Options = field(default_factory=lambda: _options(LOOKS))
    orders: Options = field(default_factory=lambda: _options(ORDERS))
    days: Options = field(default_factory=lambda: [(str(one), day_words(one)) for one in DAYS])

    @property
    def column_words(self) -> dict[Column, str]:
        """What each column is called."""
        return {one: str(said) for one, said in COLUMN_WORDS.items()}

    @property
    def is_cut(self) -> bool:
        """Whether a search finds more than it looks through."""
        return bool(self.asked.search) and self.number > MOST_COUNTED

    def line_address(self, line: Line) -> str:
        """The page about a line: of the connection, or of the company."""
        if self.endpoint == "admin.connections" and line.connection_id:
            return url_for("admin.connection", public_id=line.connection_id)
        return url_for("company.detail", public_id=line.public_id)

    def href(self, **changes: str) -> str:
        """The address of this list with other words in it; its first page."""
        return narrowed_address(self.endpoint, {**self.asked.filled, **changes})

    def csv(self) -> str:
        """The address of the file of this list."""
        return narrowed_address(f"{self.endpoint}_file", self.asked.filled)

    def only(self, **words: str) -> bool:
        """Whether the list is asked for these words."""
        return all(getattr(self.asked, name) == value for name, value in words.items())


def init_app(app: Flask, _settings: Settings) -> None:
    """Let templates ask for numbers of lists, and for the way back to one."""
    app.jinja_env.globals.update(
        list_number=about, list_address=list_address, list_cause=cause_words
    )


def listing_here(user: User, endpoint: str, *, connected: bool = False) -> Listing:
    """The list that this request asks for, remembered as the one to come back to."""
    asked = asked_here()
    wanted = wanted_by(user, asked, connected=connected)
    page = company_list.page(
        database.session,
        user,
        wanted,
        request.args.get("after", ""),
        request.args.get("before", ""),
    )
    plain = set(asked.filled) <= {"move", "sort"}
    whole = wanted_by(user, Asked(), connected=connected)
    _remember(endpoint)
    return Listing(
        endpoint=endpoint,
        asked=asked,
        page=page,
        number=company_list.count(database.session, user, wanted),
        counts=company_list.counts(database.session, user, whole, PARTIES) if plain else {},
        members=_members(user),
        columns=columns_of(user),
        offered=offered_to(user),
        acts=[(act.value, str(ACTS[act])) for act in acts_for(user)],
    )


def acts_for(user: User) -> list[BulkAct]:
    """What she may do to those that she ticks; nothing with mails where none can be sent."""
    return [act for act in MAY[user.role] if can_mail() or act not in MAILING]


def about(number: int) -> str:
    """A number as it is counted: exact to a thousand."""
    if number > MOST_COUNTED:
        return gettext(
            "more than %(number)s", number=f"{MOST_COUNTED:,}".replace(",", "\N{NO-BREAK SPACE}")
        )
    return str(number)


def list_address(endpoint: str) -> str:
    """Where Back leads: to the list as this browser last saw it."""
    query = session.get(KEPT, {}).get(endpoint, "")
    return url_for(endpoint) + (f"?{query}" if query else "")


def _remember(endpoint: str) -> None:
    query = request.query_string.decode("ascii", "ignore")
    kept: dict[str, Any] = session.get(KEPT, {})
    if kept.get(endpoint, "") != query and len(query) <= LONGEST_KEPT and request.method != "HEAD":
        session[KEPT] = {**kept, endpoint: query}


def _members(user: User) -> Options:
    if user.role is not Role.MEMBER or user.firm_id is None:
        return []
    found = responsibility.members_of(database.session, user.firm_id)
    return [(one.public_id, one.name) for one in found]


def _options(words: Mapping[Any, Any]) -> Options:
    return [(one.value, str(said)) for one, said in words.items()]


def narrowed_address(endpoint: str, words: dict[str, str]) -> str:
    """The address of a list with these words in it."""
    query = urlencode({name: value for name, value in words.items() if value})
    return url_for(endpoint) + (f"?{query}" if query else "")
