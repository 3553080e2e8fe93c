"""A company's own reference, who is responsible, archiving and removing: the pages."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.traveller import address, invite
from wizard.models import Company, Firm, Invitation, KeyPurpose, User
from wizard.services.invitations import lifecycle

Open = Callable[..., Browser]


def test_edit_changes_the_name_the_reference_and_who_is_responsible(
    browser: Open, cast: Cast, session: Session
) -> None:
    olga, at = browser(cast.owner), f"/foretag/{cast.company.public_id}"
    page = olga.get(f"{at}/andra", 200)
    assert page.value("name") == "Ängsbageriet AB"
    assert "Stina Alm" not in page.words
    form = {
        "name": "Bageriet AB",
        "own_reference": "K-1042",
        "responsible": cast.colleague.public_id,
    }
    page = olga.follow(olga.post(f"{at}/andra", form, 303))
    for said in ("Bageriet AB", "K-1042", "Karin Ask"):
        assert said in page.words
    for search in ("k-10", "bage", "559123"):
        assert "K-1042" in olga.get(f"/foretag?search={search}", 200).words
    assert "Bageriet AB" in browser(cast.colleague).get("/foretag?visa=mine", 200).words
    assert "Bageriet AB" not in olga.get("/foretag?visa=mine", 200).words
    assert "Bageriet AB" not in olga.get("/foretag?visa=nobodys", 200).words
    olga.post(f"{at}/andra", {**form, "responsible": ""}, 303)
    assert "Bageriet AB" in olga.get("/foretag?visa=nobodys", 200).words
    refused = olga.post(f"{at}/andra", {**form, "responsible": cast.stranger.public_id}, 200)
    assert "Fel" in refused.words
    assert (
        "Skriv högst 50 tecken."
        in olga.post(f"{at}/andra", {**form, "own_reference": "x" * 51}, 200).words
    )


def test_archive_takes_a_company_out_of_lists_and_take_back_puts_it_there(
    browser: Open, cast: Cast
) -> None:
    olga, at = browser(cast.owner), f"/foretag/{cast.company.public_id}"
    page = olga.follow(olga.post(f"{at}/arkivera", {}, 303))
    assert "arkiverat sedan" in page.words
    assert "Ängsbageriet AB" not in olga.get("/foretag", 200).words
    assert "Ängsbageriet AB" in olga.get("/foretag?visa=archived", 200).words
    olga.post(f"{at}/ta-tillbaka", {}, 303)
    assert "Ängsbageriet AB" in olga.get("/foretag", 200).words


def test_remove_asks_first_and_says_what_stands_in_the_way(
    browser: Open, cast: Cast, session: Session
) -> None:
    olga, at = browser(cast.owner), f"/foretag/{cast.company.public_id}"
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert "en inbjudan är öppen" in olga.post(f"{at}/ta-bort", {}, 200).words
    lifecycle.withdraw(session, session.get_one(Invitation, link.invitation.id), cast.owner)
    assert "försvinner för gott" in olga.get(f"{at}/ta-bort", 200).words
    assert session.get(Company, cast.company.id)
    page = olga.follow(olga.post(f"{at}/ta-bort", {}, 303))
    assert "Ängsbageriet AB är borttaget." in page.words
    assert olga.get(at).status == 404


def test_each_page_is_for_members_of_the_firm_alone(browser: Open, cast: Cast) -> None:
    at = f"/foretag/{cast.company.public_id}"
    for user in (cast.stranger, cast.support):
        assert browser(user).get(f"{at}/andra").status in {403, 404}
        assert browser(user).get(f"{at}/ta-bort").status in {403, 404}
        for word in ("andra", "arkivera", "ta-tillbaka", "ta-bort"):
            assert browser(user).post(f"{at}/{word}", {}).status in {403, 404}


def test_approvers_see_who_is_responsible_where_she_shows_her_number_else_the_contact(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    link = address(invite(app))
    company = session.get_one(Company, session.query(Invitation).one().company_id)
    firm = session.get_one(Firm, company.firm_id)
    maja = User(
        name="Maja Ny",
        email="maja@example.com",
        role="member",
        firm_id=firm.id,
        phone="070-1234567",
    )
    session.add(maja)
    company.responsible = maja
    session.commit()
    for shown, active, who in ((True, True, maja.name), (False, True, None), (True, False, None)):
        maja.phone_shown, maja.active = shown, active
        session.commit()
        words = browser().arrive(link).words
        assert (who or firm.contact_name) in words
        assert ("maja@example.com" in words) is (who is not None)
