"""flask identity-provider: set up, listed, ended; flask firm passwords."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.identity_provider import CLIENT_ID, SECRET, Issuer, running
from wizard.models import Firm, IdentityProvider

CREATE = ("identity-provider", "create", "--name=Entra", f"--client-id={CLIENT_ID}")


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider on this computer."""
    with running() as found:
        yield found


def test_a_provider_is_created_listed_and_ended(
    app: Flask, session: Session, firm: str, issuer: Issuer
) -> None:
    there = f"--metadata-url={issuer.metadata_url}"
    given = (*CREATE, there, "--firm-group", firm, "redovisning", "--admin-group=drift")
    made = run(app, *given, typed=f"{SECRET}\n")
    assert made.exit_code == 0, made.output
    known = session.scalars(select(IdentityProvider)).one()
    callback = f"http://localhost/logga-in/med/{known.public_id}/svar"
    assert made.output.splitlines()[-1] == callback
    assert (known.admin_group, known.firms[0].group) == ("drift", "redovisning")
    listed = run(app, "identity-provider", "list").output
    assert listed == f"Entra  {issuer.metadata_url}  {firm} (redovisning)  {callback}\n"
    assert "Det finns redan" in run(app, *given, typed=f"{SECRET}\n").output
    off = run(app, "firm", "passwords", f"--name={firm}", "--off")
    assert off.output == f"De som hör till {firm} loggar in bara med sin leverantör.\n"
    assert not session.scalars(select(Firm.password_sign_in)).one()
    ended = run(app, "identity-provider", "end", "--name=Entra")
    assert f"{firm} loggar inte in med lösenord" in ended.output
    assert run(app, "identity-provider", "list").output == ""
    assert run(app, "identity-provider", "end", "--name=Entra").exit_code == 1
    assert run(app, "firm", "passwords", f"--name={firm}", "--on").exit_code == 0


def test_what_cannot_be_a_provider_is_refused(
    app: Flask, session: Session, firm: str, issuer: Issuer
) -> None:
    there = f"--metadata-url={issuer.metadata_url}"
    for given, typed, said in (
        ((there, f"--firm={firm}"), "", "standard input"),
        ((there,), SECRET, "--firm"),
        ((there, "--firm=Ingen AB"), SECRET, "ingen byrå"),
        ((f"--metadata-url={issuer.url}/keys", f"--firm={firm}"), SECRET, "metadata"),
        (("--metadata-url=http://127.0.0.1:1/", f"--firm={firm}"), SECRET, "svarar inte"),
    ):
        done = run(app, *CREATE, *given, typed=typed)
        assert done.exit_code != 0
        assert said in done.output
    assert session.scalars(select(IdentityProvider)).all() == []
    off = run(app, "firm", "passwords", f"--name={firm}", "--off")
    assert "ingen att logga in med" in off.output
