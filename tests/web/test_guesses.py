"""Guesses are counted by the account, however it or the code is written; its owner comes in meanwhile."""

import itertools
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.services.accounts.test_staff import spellings
from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from tests.support.codes import code_of
from tests.web.test_second_factor import CODE
from wizard.models import User, now
from wizard.services.accounts import second_factor, staff

pytestmark = pytest.mark.usefixtures("half_past")
Open = Callable[..., Browser]
GUESSES = 200
WIDE = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})


@pytest.fixture
def frozen() -> Iterator[None]:
    """No code of an app comes or goes while guesses are counted."""
    with time_machine.travel(now().replace(minute=30, second=5), tick=False):
        yield


def known_browser(app: Flask, user: User) -> Browser:
    """A browser that has signed in to the account before, and out again."""
    opened = Browser.open(app)
    enter(opened, user.email)
    opened.get("/konto", 200)
    opened.post("/logga-ut", status=303)
    return opened


def enter(opened: Browser, email: str, password: str = PASSWORD, where: str = "192.0.2.1") -> int:
    """The status of a try: 303 in, 200 refused, 429 too many."""
    form = {"email": email, "password": password}
    return opened.post("/logga-in", form, environ_overrides={"REMOTE_ADDR": where}).status


@pytest.mark.parametrize("from_everywhere", [False, True], ids=["one network", "many networks"])
def test_guesses_at_one_account_stop_alike_in_every_spelling_and_known_browsers_come_in(
    app: Flask, browser: Open, cast: Cast, *, from_everywhere: bool
) -> None:
    several = list(itertools.islice(spellings(cast.owner.email), 0, None, 5))[:GUESSES]
    assert len(set(several)) == GUESSES
    through = []
    for user, emails in (
        (cast.owner, several),
        (cast.colleague, [cast.colleague.email] * GUESSES),
    ):
        known, stranger = known_browser(app, user), browser()
        statuses = []
        for number, email in enumerate(emails):
            where = f"203.0.{number}.{user.id}" if from_everywhere else f"198.51.100.{user.id}"
            statuses.append(enter(stranger, email, f"guess {number}", where))
            if number % 50 == 49:  # meanwhile, from the same network
                known.get("/logga-in", 200)
                assert enter(known, user.email, where=where) == 303
                known.get("/konto", 200)
                known.post("/logga-ut", status=303)
        last = f"203.0.113.{user.id}" if from_everywhere else f"198.51.100.{user.id}"
        assert enter(browser(), user.email, where=last) == 429  # the right one, from nowhere known
        assert set(statuses) == {200, 429}
        assert statuses == sorted(statuses)
        through.append(statuses.count(200))
    limit = staff.ACCOUNT if from_everywhere else staff.ACCOUNT_AND_ADDRESS
    assert through == [limit] * 2


def equip(opened: Browser) -> tuple[str, list[str]]:
    """Turn codes on in a browser that is signed in; the secret and the recovery codes."""
    secret = opened.get("/konto/tva-steg", 200).words.partition("Nyckeln: ")[2][:32]
    page = opened.post("/konto/tva-steg", {"code": code_of(secret, -1)}, 200)
    return secret, CODE.findall(page.words)


def written(code: str) -> list[str]:
    """Ways to write a code that an app shows."""
    return [
        code,
        f"{code[:3]} {code[3:]}",
        f" {code}",
        f"{code[:3]}-{code[3:]}",
        code.translate(WIDE),
        "\u00a0".join(code),
        f"{code}\u200b",
    ]


def half(opened: Browser, user: User) -> Browser:
    assert enter(opened, user.email) == 303
    return opened


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("way", range(7))
def test_a_code_is_taken_however_it_is_written(
    app: Flask, browser: Open, cast: Cast, way: int
) -> None:
    secret, recovery = equip(browser(cast.owner))
    opened = half(browser(), cast.owner)
    opened.post("/logga-in/kod", {"code": written(code_of(secret))[way]}, 303)
    opened.get("/konto", 200)
    opened = half(browser(), cast.owner)
    ways = [
        recovery[0],
        recovery[0].replace("-", ""),
        recovery[0].upper(),
        recovery[0].replace("-", " "),
        recovery[0].translate(WIDE),
        recovery[0].replace("-", "\u2011"),
        f"\u200b{recovery[0]} ",
    ]
    opened.post("/logga-in/kod", {"code": ways[way]}, 303)
    opened.get("/konto", 200)


@pytest.mark.usefixtures("frozen")
def test_guesses_at_codes_stop_alike_in_every_spelling(
    app: Flask, browser: Open, cast: Cast
) -> None:
    through = []
    for user, shapes in ((cast.owner, 7), (cast.colleague, 1)):
        secret, recovery = equip(browser(user))
        near = {code_of(secret, steps) for steps in (-1, 0, 1)}
        wrong = (code for n in range(1000, 2000) if (code := f"{n * 7:06}") not in near)
        stranger, statuses = half(browser(), user), []
        for number, code in zip(range(GUESSES), wrong, strict=False):
            if number % 100 == 0:  # another browser that knows the password
                stranger = half(browser(), user)
            guess = written(code)[number % shapes]
            statuses.append(stranger.post("/logga-in/kod", {"code": guess}).status)
        assert set(statuses) == {200, 429}
        through.append(statuses.count(200))
        right = half(browser(), user).post("/logga-in/kod", {"code": code_of(secret)})
        assert right.status == 429
        half(browser(), user).post("/logga-in/kod", {"code": recovery[0]}, 303)
    assert through == [second_factor.LIMITS[0][1]] * 2


@pytest.mark.usefixtures("frozen")
def test_guesses_at_recovery_codes_stop_and_their_owner_comes_in_from_elsewhere(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    through = []
    for user, shapes in ((cast.owner, 3), (cast.colleague, 1)):
        _, recovery = equip(browser(user))
        there = {"REMOTE_ADDR": f"198.51.100.{user.id}"}
        stranger, statuses = half(browser(), user), []
        for number in range(GUESSES):
            guess = f"{number:04}-abcd-efgh-ijkl-mnop-qrst".replace("0", "a").replace("1", "b")
            shaped = (guess, guess.upper(), guess.replace("-", ""))[number % shapes]
            sent = stranger.post("/logga-in/kod", {"code": shaped}, environ_overrides=there)
            statuses.append(sent.status)
        through.append(statuses.count(200))
        assert set(statuses) == {200, 429}
        right = stranger.post("/logga-in/kod", {"code": recovery[0]}, environ_overrides=there)
        assert right.status == 429
        half(browser(), user).post("/logga-in/kod", {"code": recovery[0]}, 303)
    assert through == [second_factor.RECOVERY_TRIES] * 2
