"""The navigation menu of staff's pages, as data for the layout."""

from dataclasses import dataclass, field

from flask import Flask, request, url_for

from wizard.config import Settings
from wizard.models import Role
from wizard.web.forms.base import lazy

OPERATORS = frozenset({Role.SUPPORT, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
MEMBERS = frozenset({Role.MEMBER})


@dataclass(frozen=True)
class Item:
    """A menu item: its text, its endpoint, who sees it, and the pages or areas it includes."""

    words: str
    endpoint: str
    roles: frozenset[Role] = field(default=frozenset(Role))
    within: frozenset[str] = frozenset()
    managers: bool = False  # who may manage the users of her firm sees it too


@dataclass(frozen=True)
class Link:
    """A menu item for the current page."""

    words: str
    href: str
    is_current: bool


MENU = (
    Item(lazy("How it is"), "desk.index", OPERATORS, frozenset({"desk.index"})),
    Item(
        lazy("Companies"),
        "company.index",
        within=frozenset(
            {
                "bulk",
                "company",
                "company_record",
                "completeness",
                "imports",
                "review",
                "sample",
                "to_do",
                "voucher",
                "disconnection.company",
            }
        ),
    ),
    Item(
        lazy("Connections"),
        "admin.connections",
        OPERATORS,
        frozenset(
            {
                "admin.connections",
                "admin.connection",
                "admin.background",
                "disconnection.connection",
            }
        ),
    ),
    Item(lazy("Warnings"), "warnings.index", OPERATORS, frozenset({"warnings"})),
    Item(lazy("Flow"), "desk.flow", ADMINS, frozenset({"desk.flow"})),
    Item(lazy("Flow"), "desk.flow_of_firm", MEMBERS, frozenset({"desk.flow_of_firm"})),
    Item(lazy("Firms"), "admin.firms", ADMINS, frozenset({"admin.firms", "admin.firm"})),
    Item(lazy("Users"), "users.index", ADMINS, frozenset({"users"}), managers=True),
    Item(lazy("Keys"), "keys.index", ADMINS, frozenset({"keys"})),
    Item(lazy("Keys"), "keys.of_firm", MEMBERS, frozenset({"keys"})),
    Item(lazy("Webhooks"), "webhooks.index", ADMINS, frozenset({"webhooks"})),
    Item(lazy("Audit trail"), "audit.index", ADMINS, frozenset({"audit"}), managers=True),
    Item(lazy("Personal data"), "person.index", ADMINS, frozenset({"person"})),
    Item(lazy("Pictures"), "admin.pictures", ADMINS, frozenset({"admin.pictures"})),
    Item(lazy("Support"), "support.index", OPERATORS, frozenset({"support"})),
    Item(lazy("Help"), "help.index"),
)


def init_app(app: Flask, _settings: Settings) -> None:
    """Provide the menu to the layout of staff's pages."""
    app.jinja_env.globals["menu_for"] = menu_for


def menu_for(role: str, *, manages: bool) -> list[Link]:
    """The menu for a role, with the current item marked; ``manages``: she may manage her firm's users."""
    here = {request.blueprint, request.endpoint}
    return [
        Link(item.words, url_for(item.endpoint), is_current=not here.isdisjoint(item.within))
        for item in MENU
        if Role(role) in item.roles or (manages and item.managers)
    ]
