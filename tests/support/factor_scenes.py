"""Presses of the second factor and of passkeys, ready to be sent."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import cbor2
import pyotp

from tests.support.authenticator import Authenticator
from tests.support.cast import PASSWORD
from tests.support.client import Browser, Page
from tests.support.codes import code_of
from tests.support.race_scenes import member
from tests.support.race_stage import Pressing, Stage
from wizard.extensions import vault
from wizard.models import Passkey, User, now


def with_codes(stage: Stage) -> tuple[User, str]:
    """A member with codes of an app, and the code of this moment."""
    user, secret = member(stage), pyotp.random_base32()
    with stage.app.app_context():
        user.totp_secret = vault.seal(secret, user, "totp_secret")
        user.totp_confirmed_at = now()
        stage.session.commit()
    return user, code_of(secret)


def with_passkey(stage: Stage) -> tuple[User, Authenticator]:
    """A member with codes and a passkey, for pages of the server that presses go to."""
    user, device = with_codes(stage)[0], Authenticator(stage.url, verifies=True)
    numbers = device.key.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
    given = {"credential_id": device.id, "public_key": public, "sign_count": 0}
    stage.session.add(Passkey(user_id=user.id, name="Mobilen", **given))
    stage.session.commit()
    return user, device


def asked_of(stage: Stage, page: Page) -> dict[str, Any]:
    """What the page asks of an authenticator, as the server that presses go to would."""
    assert page.tree is not None
    (form,) = [form for form in page.tree.iter("form") if form.get("data-passkey")]
    asked: dict[str, Any] = json.loads(form.get("data-passkey", ""))
    host = urlsplit(stage.url).hostname
    return {**asked, "rpId": host, "rp": {"id": host}, "user": asked.get("user")}


def at_half(stage: Stage, user: User) -> tuple[Browser, Page]:
    """A browser in which she has shown her password, and the page that asks for more."""
    hers = stage.browser()
    hers.get("/logga-in", 200)
    return hers, hers.follow(
        hers.post("/logga-in", {"email": user.email, "password": PASSWORD}, 303)
    )


def show_code(stage: Stage) -> Pressing:
    user, code = with_codes(stage)
    hers, page = at_half(stage, user)
    return stage.form(hers, page, "/logga-in/kod", code=code)


def show_passkey(stage: Stage) -> Pressing:
    user, device = with_passkey(stage)
    hers, page = at_half(stage, user)
    answer = device.show(asked_of(stage, page))
    return stage.form(hers, page, "/logga-in/passnyckel", passkey=answer)


def turn_codes_on(stage: Stage) -> Pressing:
    hers = stage.browser(member(stage))
    page = hers.get("/konto/tva-steg", 200)
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", page.words)
    assert found
    return stage.form(hers, page, "/konto/tva-steg", code=code_of(found[1]))


def of_her_factor(stage: Stage, word: str) -> Pressing:
    """A press about the second factor, on the page about her own account; without a word, about a passkey."""
    hers = stage.browser(with_passkey(stage)[0])
    page = hers.get("/konto", 200)
    one = next(action for action in page.actions if action.startswith("/konto/passnyckel/"))
    return stage.form(hers, page, f"/konto/{word}" if word else one)


def make_passkey(stage: Stage) -> Pressing:
    hers, path = stage.browser(with_codes(stage)[0]), "/konto/passnyckel"
    page = hers.get(path, 200)
    answer = Authenticator(stage.url).make(asked_of(stage, page))
    return stage.form(hers, page, path, name="Mobilen", passkey=answer)


def show_passkey_alone(stage: Stage) -> Pressing:
    device, hers = with_passkey(stage)[1], stage.browser()
    page = hers.get("/logga-in", 200)
    answer = device.show(asked_of(stage, page))
    return stage.form(hers, page, "/logga-in/bara-passnyckel", passkey=answer)


def confirm_with_passkey(stage: Stage) -> Pressing:
    user, device = with_passkey(stage)
    hers = stage.browser(user)
    page = hers.get("/bekrafta", 200)
    answer = device.show(asked_of(stage, page))
    return stage.form(hers, page, "/bekrafta/passnyckel", passkey=answer)


def confirm(stage: Stage) -> Pressing:
    hers = stage.browser(member(stage))
    return stage.form(hers, hers.get("/bekrafta", 200), "/bekrafta", proof=PASSWORD)


def reset_factor(stage: Stage) -> Pressing:
    """An admin takes the second factor of somebody who has lost it."""
    at = f"/anvandare/{with_codes(stage)[0].public_id}"
    admin = stage.browser(stage.cast.admin)
    return stage.form(admin, admin.get(at, 200), f"{at}/ta-bort-andra-faktor")
