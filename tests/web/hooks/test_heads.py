"""HEAD on every page there is: nothing begins, and no row is made or changed."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import make_user
from tests.support.standin import StandIn
from tests.support.traveller import OURS, Traveller, connections
from wizard.models import Base, Company, Connection, Firm, Invitation, Role, User
from wizard.web.hooks.heads import BEGINNING

# Where somebody was last seen, and counters, say nothing of what was made.
PASSING = {"metric_samples", "rate_counts", "call_permits", "paces", "staff_sessions"}


def everything(session: Session) -> dict[str, list[Any]]:
    """What stands in every table, but what is passing."""
    session.rollback()
    return {
        table.name: sorted(map(repr, session.execute(select(table))))
        for table in Base.metadata.sorted_tables
        if table.name not in PASSING
    }


def addresses(app: Flask, parts: dict[str, dict[str, str]]) -> dict[str, str]:
    """The address of every page there is, by its endpoint; with what exists, where it is given."""
    urls = app.url_map.bind("")
    return {
        rule.endpoint: urls.build(
            rule.endpoint,
            {
                **dict.fromkeys(rule.arguments, "okand"),
                **parts.get(rule.endpoint.partition(".")[0], {}),
                **parts.get(rule.endpoint, {}),
            },
        ).partition("?")[0]
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
    }


def signed_in(session: Session, company: Company) -> list[User]:
    """A member of the company's firm, and an admin."""
    firm = session.get_one(Firm, company.firm_id)
    users = [make_user("Olga Ek", Role.MEMBER, firm), make_user("Adam Al", Role.ADMIN)]
    session.add_all(users)
    session.commit()
    return users


def look_at_all(approver: Traveller, session: Session, users: list[User], **known: str) -> int:
    """Send HEAD to every page, as the approver and as each of the users; how many pages were shown."""
    invitation = session.scalars(select(Invitation)).one()
    company = {"public_id": invitation.company.public_id}
    hers = {"public_id": invitation.public_id}
    found = connections(session)
    pages = addresses(
        approver.app,
        {
            **dict.fromkeys(("company", "checking", "voucher", "support"), company),
            "disconnection.company": company,
            "onboarding": hers,
            "authorization": hers,
            "onboarding.open_link": {"secret": approver.link[-43:]},
            "authorization.callback": {"provider": "visma"},
            "admin.connection": {"public_id": found[0].public_id if found else "okand"},
            "disconnection.connection": {"public_id": found[0].public_id if found else "okand"},
            "admin": {"firm_id": str(invitation.company.firm_id)},
            "voucher": {**company, **known},
        },
    )
    pages["authorization.callback"] += known.get("query", "")
    before, shown = everything(session), 0
    for user in users:
        approver.browser.become(user)
        for endpoint, path in pages.items():
            answer = approver.browser.client.head(path)
            assert answer.status_code < 500, endpoint
            assert (answer.status_code == 405) == (endpoint in BEGINNING), endpoint
            shown += answer.status_code < 400
        assert everything(session) == before, user.name
    return shown


def test_head_begins_nothing_on_any_page(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    approver.go_straight()
    company = database.scalars(select(Company)).one()
    users = signed_in(database, company)
    nothing = everything(database)
    callback = visma.approve(approver.depart(), "Vera Välja", "Norrtälje Bokbinderi AB")
    assert everything(database) != nothing  # a GET does begin something
    assert look_at_all(approver, database, users, query="?" + callback.partition("?")[2]) > 40
    approver.come_back(callback.removeprefix(OURS))
    assert look_at_all(approver, database, users) > 40


def test_head_on_a_document_is_not_an_opening(connection: Connection, visma_app: Flask) -> None:
    path = f"/foretag/{connection.company.public_id}/verifikat/1/2/dokument/3"
    assert visma_app.test_client().head(path).status_code == 405
