"""What support finds people by: each way has an index, whatever the number of companies."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.models import ApproverWord, KeyPurpose
from wizard.services.companies.support_search import code_in, find, meant
from wizard.services.invitations import lifecycle
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee


@pytest.mark.parametrize(
    "said", ["4f7kxt", "Kod 4F7KXT", "559123-4561", "bok", "a@example.com", "a@ex", "Berit Fors"]
)
def test_every_way_to_be_found_goes_through_an_index(session: Session, said: str) -> None:
    session.execute(text("set local enable_seqscan = off"))
    statement = meant(session, said).compile(
        session.get_bind(), compile_kwargs={"literal_binds": True}
    )
    plan = "\n".join(
        session.connection().exec_driver_sql(f"explain {statement}".replace("%", "%%")).scalars()
    )
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4f7kxt", "4f7kxt"),
        ("Kod: 4F7 KXT", "4f7kxt"),
        ("4F7KXT.", "4f7kxt"),
        ("4f7kx", None),
        ("0f7kxt", None),
    ],
)
def test_a_code_is_known_however_it_is_spaced(text: str, code: str | None) -> None:
    assert code_in(text) == code


def test_an_unfinished_address_is_looked_for_when_no_finished_one_is_found(
    session: Session, cast: Cast
) -> None:
    for company, address in (
        (cast.company, "fors@example.se"),
        (cast.other_company, "a.fors@example.se"),
    ):
        owner = cast.owner if company is cast.company else cast.stranger
        mail_invitation(session, company, "visma", owner, Addressee(address, "sv", None), None)
    assert {row.name for row in find(session, "fors@exam")} == {
        cast.company.name,
        cast.other_company.name,
    }
    assert [row.name for row in find(session, "fors@example.se")] == [cast.company.name]


def test_words_of_an_approver_are_gone_when_she_is_forgotten(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link, approver_name="Frida Åkesson")
    assert find(session, "ÅKES frida")
    connection.approver_name = connection.approver_email = None
    session.commit()
    assert not find(session, "frida")
    assert session.scalars(select(ApproverWord)).all() == []
