"""flask webhook: creates a receiver and prints its secret once; tests one and says how it went."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Receiver
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


def test_test_says_whether_the_receiver_accepted_it(
    make_app: Callable[..., Flask], session: Session, cast: Cast
) -> None:
    app = make_app(webhook_local=True)
    runner = app.test_cli_runner()
    with Receiver.start() as receiver:
        given = ["webhook", "create", "--firm", cast.firm.name, "--description", "A", "--url"]
        receiver.secret = runner.invoke(args=[*given, receiver.url]).output.strip()
        known = session.scalars(select(WebhookReceiver.public_id)).one()
        taken = runner.invoke(args=["webhook", "test", known])
        receiver.answers = lambda _received: 400
        refused = runner.invoke(args=["webhook", "test", known])
    assert [one.refused for one in receiver.requests] == [None, None]
    assert (taken.exit_code, refused.exit_code) == (0, 1)
    assert "Mottagaren tog emot provet: den svarade 204 på" in taken.output
    assert "Provet togs inte emot: refused (400)." in refused.output
    unknown = runner.invoke(args=["webhook", "test", "x"])
    assert (unknown.exit_code, "ingen mottagare" in unknown.output) == (1, True)
