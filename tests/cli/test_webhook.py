"""flask webhook: creates a receiver and prints its secret once."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import WebhookReceiver
from wizard.services.webhooks.receivers import SUBSCRIBABLE

GIVEN = ["webhook", "create", "--firm", "Byrån AB", "--description", "Analys", "--url"]


def test_create_prints_the_secret_and_nothing_else(
    app: Flask, session: Session, cast: Cast
) -> None:
    made = app.test_cli_runner().invoke(args=[*GIVEN, "https://analys.example.se/"])
    assert made.exit_code == 0, made.output
    assert made.output.startswith("whsec_")
    assert len(made.output.splitlines()) == 1
    known = session.scalars(select(WebhookReceiver)).one()
    assert (known.firm_id, len(known.types)) == (cast.firm.id, len(SUBSCRIBABLE))


@pytest.mark.parametrize(
    "given",
    [
        ["http://analys.example.se/"],
        ["https://analys.example.se/", "--type", "test"],
        ["https://analys.example.se/", "--firm", "Ingen AB"],
        ["https://analys.example.se/", "--description", ""],
    ],
)
def test_create_refuses_invalid_values(
    app: Flask, session: Session, cast: Cast, given: list[str]
) -> None:
    assert app.test_cli_runner().invoke(args=[*GIVEN, *given]).exit_code != 0
    assert session.scalars(select(WebhookReceiver)).all() == []
