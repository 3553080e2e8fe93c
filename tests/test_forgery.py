"""The masked token: never twice the same, still Flask-WTF's, and still checked by it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.client import Browser
from tests.support.traveller import Traveller
from wizard.forgery import mask, unmask

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
Open = Callable[..., Browser]


def tokens(text: str) -> set[str]:
    """The tokens in the forms of a page."""
    return set(TOKEN.findall(text))


def test_two_answers_hold_no_common_part_of_the_token(approver: Traveller) -> None:
    first, second = (tokens(approver.get("valkommen", 200).text) for _ in range(2))
    assert len(first) == len(second) == 1  # one for all forms of a page
    (one,), (other,) = first, second
    assert unmask(one).partition(".")[0] == unmask(other).partition(".")[0]  # the same secret
    alike = [at for at in range(len(one) - 3) if one[at : at + 4] in other]
    assert not alike


def test_a_page_is_sent_with_its_masked_token(approver: Traveller) -> None:
    (token,) = tokens(approver.get("valkommen", 200).text)
    answer = approver.browser.client.post(
        f"{approver.at}/valkommen", data={"csrf_token": token, "go": "start"}
    )
    assert answer.status_code == 303


def test_the_token_of_a_page_from_before_the_mask_is_good(approver: Traveller) -> None:
    (token,) = tokens(approver.get("valkommen", 200).text)
    answer = approver.browser.client.post(
        f"{approver.at}/valkommen", data={"csrf_token": unmask(token), "go": "start"}
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("spoil", [lambda token: token[:-6] + "AAAAAA", lambda _: "", mask])
def test_another_token_is_refused(approver: Traveller, spoil: Callable[[str], str]) -> None:
    (token,) = tokens(approver.get("valkommen", 200).text)
    answer = approver.browser.client.post(
        f"{approver.at}/valkommen", data={"csrf_token": spoil(token), "go": "start"}
    )
    assert answer.status_code == 400


def test_the_token_of_another_browser_is_refused(
    approver: Traveller, browser: Open, app: Flask
) -> None:
    (token,) = tokens(browser().get("/logga-in", 200).text)
    answer = approver.browser.client.post(
        f"{approver.at}/valkommen", data={"csrf_token": token, "go": "start"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("text", ["", "é", "~", "a", "====", "A" * 7, "a.b.c", "\x00"])
def test_what_is_no_masked_token_is_left_to_flask_wtf(text: str) -> None:
    assert isinstance(unmask(text), str)


def test_a_mask_is_taken_off_again() -> None:
    assert {unmask(mask("IjEyMyI.aa.bb-_c")) for _ in range(50)} == {"IjEyMyI.aa.bb-_c"}
