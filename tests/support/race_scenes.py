"""One press of every kind, ready to be sent: each scene makes a subject of its own."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from tests.services.accounts.test_logos import picture
from tests.support.api_client import Platform
from tests.support.cast import PASSWORD, make_user
from tests.support.race_stage import Pressing, Stage
from tests.support.traveller import HERS, OURS, Traveller, address
from tests.support.webhooks import connect
from wizard.extensions import vault
from wizard.models import (
    Authorization,
    Company,
    Connection,
    Consent,
    EventKind,
    Invitation,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    LinkPurpose,
    Role,
    Scope,
    User,
    WebhookMessage,
    now,
)
from wizard.services import outbox
from wizard.services.accounts import account_links
from wizard.services.api import api_keys
from wizard.services.consents import disconnect_codes
from wizard.services.history import record
from wizard.services.invitations import lifecycle, mailing
from wizard.services.outbox import Addressee
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes

NEW_PASSWORD = "ovanliga fiskar cyklar baklänges"
CHOSEN = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}


def someone() -> str:
    """An address that nothing was sent to before."""
    return f"{uuid4().hex}@example.com"


def upload(stage: Stage, company: Company, word: str, page_at: str = "", **filled: str) -> Pressing:
    owner, card = stage.browser(stage.cast.owner), f"/foretag/{company.public_id}/ladda-upp-data"
    return stage.form(owner, owner.get(page_at or card, 200), f"{card}/{word}", **filled)


def invited(stage: Stage) -> Company:
    return stage.link().invitation.company


def connected(stage: Stage) -> Connection:
    return connect(stage.session, stage.company())


def renewable(stage: Stage) -> Pressing:
    company = connected(stage).company
    return upload(stage, company, "fornya")


def mailed(stage: Stage) -> Company:
    company, to = stage.company(), Addressee(someone(), "sv", "Anna")
    with stage.app.app_context():
        mailing.mail_invitation(stage.session, company, "visma", stage.cast.owner, to, None)
    return company


def send(stage: Stage) -> Pressing:
    owner, company = stage.browser(stage.cast.owner), stage.company()
    path = f"/foretag/{company.public_id}/ladda-upp-data/skicka"
    filled = {"email": someone(), "name": "Anna", "words": "Hej!", "language": "sv"}
    page = owner.post(path, {**filled, "go": "preview"}, 200)
    return stage.form(owner, page, path, go="send")


def create_company(stage: Stage) -> Pressing:
    owner, company = stage.browser(stage.cast.owner), stage.company()
    stage.session.delete(company)
    stage.session.commit()
    filled = {"name": "Nya AB", "organisation_number": company.organisation_number}
    return stage.form(owner, owner.get("/foretag/nytt", 200), "/foretag/nytt", **filled)


def disconnect_company(stage: Stage) -> Pressing:
    path = f"/foretag/{connected(stage).company.public_id}/koppla-fran"
    owner = stage.browser(stage.cast.owner)
    return stage.form(owner, owner.get(path, 200), path)


def of_admin(stage: Stage, page: str, action: str = "", **filled: str) -> Pressing:
    admin = stage.browser(stage.cast.admin)
    return stage.form(admin, admin.get(page, 200), action or page, **filled)


def of_connection(stage: Stage, word: str) -> Pressing:
    at = f"/admin/kopplingar/{connected(stage).public_id}"
    page = at if word == "kontrollera" else f"{at}/{word}"
    return of_admin(stage, page, f"{at}/{word}")


def check_company(stage: Stage) -> Pressing:
    at = f"/foretag/{connected(stage).company.public_id}"
    owner = stage.browser(stage.cast.owner)
    return stage.form(owner, owner.get(at, 200), f"{at}/kontrollera")


def support(stage: Stage) -> Pressing:
    path = f"/support/{invited(stage).public_id}"
    siv = stage.browser(stage.cast.support)
    return stage.form(siv, siv.get(path, 200), path)


def logo(stage: Stage) -> Pressing:
    path = f"/admin/byraer/{stage.cast.firm.id}/logotyp"
    form = of_admin(stage, path, go="save")
    return Pressing(path, form.form, form.cookie, {"file": ("logo.png", picture())})


def change_firm(stage: Stage) -> Pressing:
    path = f"/admin/byraer/{stage.cast.other_firm.id}"
    return of_admin(stage, path, contact_name=f"Åsa {uuid4().hex}")


def revoke_key(stage: Stage) -> Pressing:
    key = api_keys.create(stage.session, stage.cast.firm, "Analys", None, scopes=[*Scope]).key
    return of_admin(stage, "/admin/nycklar", f"/admin/nycklar/{key.public_id}/aterkalla")


def receiver(stage: Stage, word: str, *, paused: bool = False, message: bool = False) -> Pressing:
    with stage.app.app_context():
        wishes = Wishes(stage.receiver.url, "Analys", list(SUBSCRIBABLE))
        made = receivers.create(stage.session, vault, stage.cast.firm, wishes)
        if word == "avsluta-gammal-nyckel":
            receivers.rotate(stage.session, vault, made)
        if word == "byt-nyckel":
            receivers.show_secret(stage.session, vault, made)
        if paused:
            receivers.pause(stage.session, made)
    filled = {}
    if word == "skicka-allt-igen":
        record(stage.session, EventKind.DISTURBED, connection=connected(stage))
        stage.session.commit()
    if message:
        record(stage.session, EventKind.DISTURBED, connection=connected(stage))
        stage.session.commit()
        waits = stage.session.query(WebhookMessage).filter_by(receiver_id=made.id).first()
        assert waits is not None
        filled = {"message": waits.public_id}
    at = f"/admin/webhooks/{made.public_id}"
    if message:  # its buttons stand by what was tried
        bare = of_admin(stage, at, f"{at}/pausa")
        return Pressing(f"{at}/{word}", [*bare.form, *filled.items()], bare.cookie)
    pages = {"andra": "andra", "skicka-allt-igen": "skicka-allt-igen"}
    page = f"{at}/{pages[word]}" if word in pages else at
    filled = {"description": "Nya"} if word == "andra" else {}
    return of_admin(stage, page, f"{at}/{word}", **filled)


def handed(stage: Stage) -> Pressing:
    platform = Platform.of(stage.app, stage.session, stage.cast.firm)
    company = stage.company()
    body = {"user_email": stage.cast.owner.email, "company_id": company.public_id}
    url = platform.post("/handovers", body, 201).body["url"]
    hers = stage.browser()
    page = hers.arrive(url.removeprefix("http://localhost"))
    assert page.tree is not None
    button = next(each for each in page.tree.iter("button") if each.get("name") == "handover")
    return stage.form(hers, page, "/overlamning", handover=button.get("value", ""))


def sign_out(stage: Stage) -> Pressing:
    owner = stage.browser(stage.cast.owner)
    return stage.form(owner, owner.get("/foretag", 200), "/logga-ut")


def by_link(stage: Stage, step: str, page: str = "", **filled: str) -> Pressing:
    """A press of an approver's who has just opened her link."""
    hers = Traveller.with_link(stage.app, stage.visma, address(stage.link()))
    return hers_at(stage, hers, step, page or step, **filled)


def hers_at(stage: Stage, hers: Traveller, step: str, page: str, **filled: str) -> Pressing:
    return stage.form(hers.browser, hers.follow(hers.get(page)), f"{hers.at}/{step}", **filled)


def requirement(stage: Stage, step: str) -> Pressing:
    hers = Traveller.with_link(stage.app, stage.visma, address(stage.link()))
    hers.go_straight()
    return hers_at(stage, hers, step, f"{step}?svara" if "?" not in step else step, answer="yes")


def leave_help(stage: Stage) -> Pressing:
    """Back from the help to the step she came from."""
    hers = Traveller.with_link(stage.app, stage.visma, address(stage.link())).go_straight()
    way = f"k={hers.at.rpartition('/')[2]}&fran=foretag"
    page = hers.browser.get(f"/hjalp/logga-in?{way}", 200)
    return stage.form(hers.browser, page, f"{hers.at}/fran-hjalpen?{way}")


def ask_new_link(stage: Stage) -> Pressing:
    link = stage.link()
    hers = Traveller.with_link(stage.app, stage.visma, address(link))
    with stage.app.app_context():
        link.invitation.expires_at = now() - timedelta(days=1)
        stage.session.commit()
    return hers_at(stage, hers, "be-om-ny-lank", "")


def wrong(stage: Stage, word: str, company: str) -> Pressing:
    hers = stage.approver().go_straight()
    hers.approve("Vera Välja", company)
    return hers_at(stage, hers, word, "orsak")


def waiting(stage: Stage) -> Pressing:
    hers = stage.approver().go_straight()
    callback = stage.visma.approve(hers.depart(), "Vera Välja", HERS)
    stage.visma.fail("token", "status", 503)
    page = hers.come_back(callback)
    stage.visma.heal()
    return stage.form(hers.browser, page, f"{hers.at}/mejla-mig", email=someone())


def astray(stage: Stage) -> Pressing:
    hers = stage.approver().go_straight()
    callback = stage.visma.approve(hers.depart(), "Vera Välja", HERS)
    letter(stage, newest(stage), LetterKind.INVITATION)
    elsewhere = stage.browser()
    page = elsewhere.follow(elsewhere.get(callback.removeprefix(OURS), 303))
    return stage.form(elsewhere, page, "/koppla/vilse/mejla")


def newest(stage: Stage) -> Invitation:
    found = select(Authorization).order_by(Authorization.id.desc()).limit(1)
    return stage.session.scalars(found).one().invitation


def letter(
    stage: Stage, invitation: Invitation, kind: LetterKind, consent: Consent | None = None
) -> Letter:
    """A letter that was sent."""
    with stage.app.app_context():
        to = Addressee(someone(), "sv")
        made = outbox.post(stage.session, kind, invitation, to, consent=consent)
        made.status, made.sent_at = LetterStatus.SENT, now()
        stage.session.commit()
    return made


def approved(stage: Stage) -> tuple[Traveller, str]:
    hers = stage.approver().go_straight()
    hers.approve()
    return hers, hers.receipt()


def receipt(stage: Stage, word: str) -> Pressing:
    hers, at = approved(stage)
    if word == "mejla":
        page = hers.follow(hers.get("klart"))
        return stage.form(hers.browser, page, f"{at}/mejla", email=someone())
    if word == "fraga":
        page = hers.browser.get(f"{at}/last", 200)
        return stage.form(hers.browser, page, f"{at}/fraga", words="Varför A12?")
    filled = {}
    if word == "koppla-fran":
        consent = stage.session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
        asked = letter(stage, newest(stage), LetterKind.DISCONNECT_CODE, consent)
        filled = {"code": disconnect_codes.make_code(stage.session, asked)}
        stage.session.commit()
    elif word == "koppla-fran/kod":
        hers.browser.post(f"{at}/mejla", {"email": someone()}, 303)
    page = hers.browser.get(f"{at}/koppla-fran", 200)
    return stage.form(hers.browser, page, f"{at}/{word}", **filled)


def receipt_to_known(stage: Stage) -> Pressing:
    hers, _ = approved(stage)
    other = Traveller.with_link(stage.app, stage.visma, hers.link)
    return hers_at(stage, other, "mejla-kvittot", "")


def consents(stage: Stage) -> Pressing:
    hers, path = stage.browser(), "/mina-medgivanden"
    return stage.form(hers, hers.get(path, 200), path, email=someone())


def end_own_key(stage: Stage) -> Pressing:
    key = api_keys.create(stage.session, stage.cast.firm, "Analys", None).key
    stage.cast.owner.may_manage_members = True
    stage.session.commit()
    owner = stage.browser(stage.cast.owner)
    page = owner.get("/nycklar", 200)
    return stage.form(owner, page, f"/nycklar/{key.public_id}/aterkalla")


def of_platform(stage: Stage, path: str, body: object = None) -> Pressing:
    secret = api_keys.create(stage.session, stage.cast.firm, "Analys", None, scopes=[*Scope]).secret
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid4().hex}
    return Pressing(f"/api/v1{path}", headers=headers, json={} if body is None else body)


def create_by_platform(stage: Stage) -> Pressing:
    number = dict(create_company(stage).form)["organisation_number"]
    return of_platform(stage, "/companies", {"name": "Nya AB", "organisation_number": number})


def member(stage: Stage, **given: object) -> User:
    """A member of the cast's firm whom no other scene knows."""
    user = make_user("Maja Ny", Role.MEMBER, stage.cast.firm)
    user.email = someone()
    for name, value in given.items():
        setattr(user, name, value)
    stage.session.add(user)
    stage.session.commit()
    return user


def of_account(stage: Stage, word: str = "", *, active: bool = True, **filled: str) -> Pressing:
    """A press of an admin's on the page about an account."""
    at = f"/anvandare/{member(stage, active=active).public_id}"
    return of_admin(stage, at, f"{at}/{word}" if word else at, **filled)


def invite_person(stage: Stage) -> Pressing:
    firm = stage.cast.firm.name
    filled = {"email": someone(), "name": "Maja Ny", "role": "member", "firm": firm}
    return of_admin(stage, "/anvandare/bjud-in", **filled)


def close_account(stage: Stage) -> Pressing:
    """Of somebody whose company goes to a colleague."""
    leaves = member(stage)
    lifecycle.activate(stage.session, stage.company(), "visma", leaves, KeyPurpose.COPIED)
    path = f"/anvandare/{leaves.public_id}/inaktivera"
    return of_admin(stage, path, heir=stage.cast.colleague.public_id)


def of_herself(stage: Stage, word: str, **filled: str) -> Pressing:
    """A press of a member's on the page about her own account."""
    hers = stage.browser(member(stage))
    return stage.form(hers, hers.get("/konto", 200), f"/konto/{word}", **filled)


def change_own_password(stage: Stage) -> Pressing:
    filled = {"current": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
    return of_herself(stage, "losenord", **filled)


def signed_in_elsewhere(stage: Stage, word: str) -> Pressing:
    """A press that ends what the member has begun in another browser; without a word, that one alone."""
    user = member(stage)
    hers, _other = stage.browser(user), stage.browser(user)
    page = hers.get("/konto", 200)
    one = next(action for action in page.actions if action.endswith("/avsluta"))
    return stage.form(hers, page, f"/konto/inloggningar/{word}" if word else one)


def choose_by_link(stage: Stage) -> Pressing:
    hers = stage.browser()
    secret = account_links.make_link(stage.session, member(stage), LinkPurpose.RESET)
    stage.session.commit()
    page = hers.arrive(f"/losenord/{secret}")
    return replace(stage.form(hers, page, "", **CHOSEN), path="/losenord")


def choose_in_place_of_given(stage: Stage) -> Pressing:
    user, hers = member(stage, must_change_password=True), stage.browser()
    hers.get("/logga-in", 200)
    hers.post("/logga-in", {"email": user.email, "password": PASSWORD}, 303)
    page = hers.get("/valj-losenord", 200)
    return replace(stage.form(hers, page, "", **CHOSEN), path="/valj-losenord")


def forgotten(stage: Stage) -> Pressing:
    hers, path = stage.browser(), "/glomt-losenord"
    return stage.form(hers, hers.get(path, 200), path, email=member(stage).email)
