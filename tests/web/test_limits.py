"""Limits of pages: what is counted together, so that no other button goes around it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.mail_server import MailServer
from wizard.models import InvitationKey, KeyPurpose
from wizard.services.invitations import lifecycle
from wizard.web.limits import LINKS_AN_HOUR

Open = Callable[..., Browser]


@pytest.mark.usefixtures("half_past")
@pytest.mark.parametrize("press", ["aktivera", "fornya"])
def test_what_invites_has_the_limit_of_a_new_link(
    browser: Open, cast: Cast, session: Session, press: str
) -> None:
    card = f"/foretag/{cast.company.public_id}/ladda-upp-data"
    owner = browser(cast.owner)
    if press == "fornya":
        make_connection(
            session, lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
        )
    for _ in range(LINKS_AN_HOUR // 2):
        owner.post(f"{card}/{press}", status=200)
        owner.post(f"{card}/aterkalla", status=303)  # which gives no new right to ask
        owner.post(f"{card}/{press}", status=200)
    owner.post(f"{card}/{press}", status=429)
    owner.post(f"{card}/visa-lank", status=429)
    keys = session.scalar(select(func.count()).select_from(InvitationKey))
    assert keys == LINKS_AN_HOUR + (press == "fornya")


@pytest.mark.usefixtures("half_past")
def test_the_page_says_how_many_letters_are_left_before_the_cap_refuses(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    with MailServer.start() as mail:
        app = make_app(**mail.settings, letters_by_one=11, letters_to_one=2)
        owner = Browser.open(app, cast.owner)
        path = f"/foretag/{cast.company.public_id}/ladda-upp-data/skicka"
        assert "kan skickas i dag" not in owner.get(path, 200).words
        for status in (303, 303, 429):
            form = {"email": "anna@example.com", "language": "sv", "go": "send"}
            owner.post(path, form, status)
        assert "8 mejl till kan skickas i dag" in owner.get(path, 200).words
