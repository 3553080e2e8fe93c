"""Races of ten: every press there is, sent ten times at once to a running server, makes what one makes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support import factor_scenes as factors
from tests.support import race_scenes as scenes
from tests.support import race_scenes_of_companies as of_companies
from tests.support import race_scenes_of_evidence as of_evidence
from tests.support import race_scenes_of_support as of_support
from tests.support.cast import Cast
from tests.support.live import Wizard
from tests.support.mail_server import MailServer
from tests.support.race_stage import Race, Scene, Stage
from tests.support.receiver import Receiver
from tests.support.standin import StandIn
from wizard.models import AuditEntry
from wizard.services.api.api_keys import usual_last_day

TEN = 10
RACES: dict[str, Scene] = {
    "account.details": lambda stage: scenes.of_herself(stage, "uppgifter", name="Maja Ask"),
    "account.end_others": lambda stage: scenes.signed_in_elsewhere(stage, "avsluta-andra"),
    "account.end_session": lambda stage: scenes.signed_in_elsewhere(stage, ""),
    "account.password": scenes.change_own_password,
    "account_link.choose": scenes.choose_by_link,
    "account_link.first": scenes.choose_in_place_of_given,
    "account_link.forgotten": scenes.forgotten,
    "admin.firm": scenes.change_firm,
    "admin.logo": scenes.logo,
    "api.check_connection": lambda stage: scenes.of_platform(
        stage, f"/connections/{scenes.connected(stage).public_id}/check"
    ),
    "api.create_company": scenes.create_by_platform,
    "api.create_import": of_companies.import_by_platform,
    "api.create_invitation": lambda stage: scenes.of_platform(
        stage, f"/companies/{stage.company().public_id}/invitations", {"email": scenes.someone()}
    ),
    "api.disconnect_connection": lambda stage: scenes.of_platform(
        stage, f"/connections/{scenes.connected(stage).public_id}/disconnect"
    ),
    "api.resend_invitation": lambda stage: scenes.of_platform(
        stage,
        f"/invitations/{stage.link().invitation.public_id}/resend",
        {"email": scenes.someone()},
    ),
    "api.withdraw_invitation": lambda stage: scenes.of_platform(
        stage, f"/invitations/{stage.link().invitation.public_id}/withdraw"
    ),
    "auth.code": factors.show_code,
    "auth.passkey": factors.show_passkey,
    "auth.passkey_alone": factors.show_passkey_alone,
    "auth.sign_out": scenes.sign_out,
    "authorization.mail_link_again": scenes.astray,
    "authorization.no_choice": lambda stage: scenes.wrong(
        stage, "fick-inte-valja", "Annat Bolag AB"
    ),
    "authorization.question_number": lambda stage: scenes.wrong(
        stage, "fel-nummer", "Annat Bolag AB"
    ),
    "authorization.tell_me": scenes.waiting,
    "authorization.tell_sender": lambda stage: scenes.wrong(stage, "meddela", "Saknar Nummer AB"),
    "bulk.preview": of_companies.ticked,
    "bulk.start": lambda stage: of_companies.of_several(stage, "borja"),
    "bulk.stop": lambda stage: of_companies.of_several(stage, "stoppa"),
    "checking.company": scenes.check_company,
    "checking.connection": lambda stage: scenes.of_connection(stage, "kontrollera"),
    "company.activate": lambda stage: scenes.upload(stage, stage.company(), "aktivera"),
    "company_record.archive": lambda stage: of_companies.of_record(stage, "arkivera"),
    "company_record.edit": lambda stage: of_companies.of_record(
        stage, "andra", page="andra", name="Bageriet AB", own_reference="7"
    ),
    "company_record.remove": lambda stage: of_companies.of_record(stage, "ta-bort", page="ta-bort"),
    "company_record.take_back": of_companies.archived,
    "company.columns": of_companies.choose_columns,
    "company.create": scenes.create_company,
    "company.new_link": lambda stage: scenes.upload(stage, scenes.invited(stage), "ny-lank"),
    "company.renew": scenes.renewable,
    "company.send": scenes.send,
    "company.set_reminders": lambda stage: scenes.upload(
        stage, scenes.mailed(stage), "paminnelser", go="pause"
    ),
    "company.show_link": lambda stage: scenes.upload(stage, scenes.invited(stage), "visa-lank"),
    "company.withdraw": lambda stage: scenes.upload(stage, scenes.invited(stage), "aterkalla"),
    "completeness.begin": of_companies.read_year,
    "disconnection.code": lambda stage: scenes.receipt(stage, "koppla-fran/kod"),
    "disconnection.receipt": lambda stage: scenes.receipt(stage, "koppla-fran"),
    "company_record.consent_end": of_companies.set_last_day,
    "consents.ask": scenes.consents,
    "disconnection.company": scenes.disconnect_company,
    "disconnection.connection": lambda stage: scenes.of_connection(stage, "koppla-fran"),
    "handover.enter": scenes.handed,
    "help.leave": scenes.leave_help,
    "imports.index": of_companies.read_lines,
    "imports.start": lambda stage: of_companies.of_import(stage, "borja"),
    "imports.undo": lambda stage: of_companies.of_import(stage, "angra"),
    "keys.create": lambda stage: scenes.of_admin(
        stage,
        "/admin/nycklar/ny",
        firm=stage.cast.firm.name,
        name="Analys",
        scopes="status",
        last_day=str(usual_last_day()),
    ),
    "keys.end_own": scenes.end_own_key,
    "keys.revoke": scenes.revoke_key,
    "onboarding.ask_new_link": scenes.ask_new_link,
    "onboarding.bookkeeping": lambda stage: scenes.requirement(stage, "bokforing"),
    "onboarding.colleague": lambda stage: scenes.by_link(stage, "kollega"),
    "onboarding.company": lambda stage: scenes.requirement(stage, "foretag"),
    "onboarding.decline": lambda stage: scenes.by_link(stage, "nej", reason="Nej, tack."),
    "onboarding.permission": lambda stage: scenes.requirement(stage, "behorighet"),
    "onboarding.welcome": lambda stage: scenes.by_link(stage, "valkommen"),
    "person.index": lambda stage: scenes.of_admin(
        stage, "/admin/personuppgifter", email=stage.cast.owner.email
    ),
    "receipt.ask": lambda stage: scenes.receipt(stage, "fraga"),
    "receipt.mail": lambda stage: scenes.receipt(stage, "mejla"),
    "receipt.mail_to_known": scenes.receipt_to_known,
    "review.end": of_companies.end_marked,
    "review.index": of_companies.answer_review,
    "second_factor.confirm": factors.confirm,
    "second_factor.confirm_with_passkey": factors.confirm_with_passkey,
    "second_factor.passkey": factors.make_passkey,
    "second_factor.recovery": lambda stage: factors.of_her_factor(stage, "reservkoder"),
    "second_factor.remove": lambda stage: factors.of_her_factor(stage, "tva-steg/ta-bort"),
    "second_factor.remove_passkey": lambda stage: factors.of_her_factor(stage, ""),
    "second_factor.set_up": factors.turn_codes_on,
    "support.choose": of_support.choose,
    "support.company": scenes.support,
    "support.mail_link": of_support.mail_link,
    "support.see": of_support.see,
    "to_do.renew": of_companies.renew_all,
    "users.activate": lambda stage: scenes.of_account(stage, "aktivera", active=False),
    "users.deactivate": scenes.close_account,
    "users.invite": scenes.invite_person,
    "users.mail_link": lambda stage: scenes.of_account(stage, "nytt-losenord"),
    "users.person": lambda stage: scenes.of_account(stage, name="Maja Ask"),
    "users.reset_factor": factors.reset_factor,
    "users.sign_out": lambda stage: scenes.of_account(stage, "avsluta-sessioner"),
    "webhooks.create": lambda stage: scenes.of_admin(
        stage,
        "/admin/webhooks/ny",
        firm=stage.cast.firm.name,
        url=stage.receiver.url,
        description="Analys",
        types="connection.disturbed",
    ),
    "webhooks.edit": lambda stage: scenes.receiver(stage, "andra"),
    "webhooks.end": lambda stage: scenes.receiver(stage, "ta-bort"),
    "webhooks.pause": lambda stage: scenes.receiver(stage, "pausa"),
    "webhooks.replay": lambda stage: scenes.receiver(stage, "skicka-igen", message=True),
    "webhooks.replay_since": lambda stage: scenes.receiver(stage, "skicka-allt-igen"),
    "webhooks.resume": lambda stage: scenes.receiver(stage, "ateruppta", paused=True),
    "webhooks.retire": lambda stage: scenes.receiver(stage, "avsluta-gammal-nyckel"),
    "webhooks.rotate": lambda stage: scenes.receiver(stage, "byt-nyckel"),
    "webhooks.secret": lambda stage: scenes.receiver(stage, "nyckel"),
    "webhooks.skip": lambda stage: scenes.receiver(stage, "hoppa-over", message=True),
    "webhooks.try_out": lambda stage: scenes.receiver(stage, "prova"),
}
# A sample is looked up and read anew each time: it makes nothing but what the history tells of each
# document. A manifest is judged, and forgotten.
READS: dict[str, Scene] = {
    "api.fetch_sample": of_evidence.sample_by_platform,
    "proof.index": of_evidence.manifest,
    "sample.index": of_evidence.sample,
}
SENDS = {"sample.fetch"}  # one file, which the others follow
# Each of these requests is one of its own: a browser that has come nowhere yet, and an address for
# one minute, which a program asks for again when it needs another.
ALONE = {"auth.sign_in", "api.create_handover"}
# A program that asks to have something checked has it checked, and each answer with a link has its own.
EACH = {
    "api.check_connection": {"events"},
    "api.create_invitation": {"events", "invitation_keys", "audit_entries"},
}
EACH["api.resend_invitation"] = EACH["api.create_invitation"]
# What approvers press: the company's history and the receipt tell of it, and nobody of ours has done it.
OF_APPROVERS = {
    "authorization",
    "disconnection.code",
    "disconnection.receipt",
    "help.leave",
    "onboarding",
    "receipt",
}
# What the company's history tells of, for as long as bookkeeping is kept, with who did it.
IN_HISTORY = {
    "api.check_connection",
    "api.disconnect_connection",
    "api.withdraw_invitation",
    "checking.company",
    "checking.connection",
    "company.send",
    "company.set_reminders",
    "company.withdraw",
    "completeness.begin",
    "company_record.consent_end",
    "disconnection.company",
    "disconnection.connection",
    "to_do.renew",
}
# Nobody has shown yet that the address is hers: of an account, the entry is written when its letter is sent.
OF_STRANGERS = {"account_link.forgotten", "consents.ask"}
# What changes nothing: a test message stands in the receiver's log, and columns are how she looks at a list.
CHANGES_NOTHING = {"company.columns", "webhooks.try_out"}


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: StandIn) -> Iterator[Flask]:
    with MailServer.start() as mail:
        yield make_app(**visma.settings, **mail.settings, webhook_local=True)


@pytest.fixture
def stage(
    app: Flask,
    visma: StandIn,
    session: Session,
    cast: Cast,
    database_url: str,
    tmp_path: Path,
) -> Iterator[Stage]:
    listening, url = Wizard.address()
    kept = {name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")}
    settings = app.extensions["settings"]
    mail = {
        name: getattr(settings, name)
        for name in ("smtp_host", "smtp_port", "smtp_security", "mail_sender")
    }
    wizard = Wizard.start(
        listening,
        url,
        tmp_path / "log",
        database_url=database_url,
        webhook_local="true",
        **kept,
        **visma.settings,
        **mail,
    )
    try:
        with Receiver.start() as receiver:
            yield Stage(app, url, visma, session, cast, receiver)
    finally:
        wizard.stop()


def test_every_press_is_in_the_table(app: Flask) -> None:
    presses = {
        rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())
    }
    assert presses == set(RACES) | set(READS) | SENDS | ALONE


def test_ten_that_only_read_make_nothing_but_what_the_history_tells(stage: Stage) -> None:
    """Of a sample that a program is answered, five documents are told of: one of A5 and four of A6."""
    for endpoint, scene in READS.items():
        race = stage.press(scene(stage), TEN)
        statuses = {answer.status_code for answer in race.answers}
        if endpoint.startswith("api."):
            fetched = sum(answer.status_code == 200 for answer in race.answers)
            assert statuses <= {200, 429}, endpoint
            assert race.made == {"events": 5 * fetched, "audit_entries": 5 * fetched}
        else:
            assert (statuses, race.made) == ({200}, {}), endpoint


def test_ten_presses_for_a_sample_are_one_download_and_nine_that_follow_it(stage: Stage) -> None:
    stage.visma.configure(file_latency_ms=300)
    race = stage.press(of_evidence.sample(stage, fetched=True), TEN)
    assert led(race) == "1 × 200, 9 × 303"
    assert len({answer.headers.get("Location") for answer in race.answers}) == 2
    assert race.made == {"samples": 1, "events": 5, "audit_entries": 5}


def test_ten_presses_at_once_make_what_one_makes(stage: Stage) -> None:
    wrong = []
    for endpoint, scene in sorted(RACES.items()):
        one, ten = stage.press(scene(stage), 1), stage.press(scene(stage), TEN)
        print(f"| `{endpoint}` | {rows(one)} | {rows(ten)} | {led(ten)} |")  # noqa: T201
        if differs(endpoint, one, ten) or not well(endpoint, one, ten):
            wrong.append(f"{endpoint}: {rows(one)} but {rows(ten)}, {led(ten)}")
    assert not wrong, "\n".join(wrong)


def test_every_press_of_staff_and_the_platform_leaves_a_trace_of_who_did_it(stage: Stage) -> None:
    assert {*IN_HISTORY, *CHANGES_NOTHING} <= set(RACES)
    scenes_of_ours = {
        endpoint: scene
        for endpoint, scene in RACES.items()
        if {endpoint, endpoint.split(".")[0]}.isdisjoint(OF_APPROVERS | OF_STRANGERS)
    }
    owner = stage.cast.owner.email
    scenes_of_ours["api.create_handover"] = lambda stage: scenes.of_platform(
        stage, "/handovers", {"user_email": owner, "company_id": stage.company().public_id}
    )
    silent = []
    for endpoint, scene in sorted(scenes_of_ours.items()):
        made = stage.press(scene(stage), 1).made
        if endpoint in IN_HISTORY:
            if "events" not in made and "letters" not in made:
                silent.append(endpoint)
        elif endpoint not in CHANGES_NOTHING and not (made.get("audit_entries") and named(stage)):
            silent.append(endpoint)
    assert not silent


def named(stage: Stage) -> bool:
    """Whether the newest entry says which account or key did it, and from where."""
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    entry = stage.session.scalars(newest).one()
    return bool((entry.user_id or entry.api_key_id) and entry.address)


def well(endpoint: str, one: Race, ten: Race) -> bool:
    """All of them lead where the first led, and none to an error; a program is told to wait and ask again."""
    statuses = {answer.status_code for answer in ten.answers}
    if endpoint.startswith("api."):
        busy = {answer.json()["cause"] for answer in ten.answers if answer.status_code == 409}
        return busy <= {"creation_in_progress"} and statuses - {409} == {one.answers[0].status_code}
    return len(ten.led_to) == 1 and statuses == {one.answers[0].status_code} and max(statuses) < 400


def differs(endpoint: str, one: Race, ten: Race) -> bool:
    """Whether ten have made anything more than one."""
    each = EACH.get(endpoint, set())
    return any(one.made.get(name) != ten.made.get(name) for name in {*one.made, *ten.made} - each)


def rows(race: Race) -> str:
    """What it made, as a cell of the table."""
    return ", ".join(f"{number} {name}" for name, number in race.made.items()) or "–"


def led(race: Race) -> str:
    """What it was answered, as a cell of the table."""
    statuses = sorted(answer.status_code for answer in race.answers)
    return ", ".join(f"{statuses.count(one)} × {one}" for one in sorted(set(statuses)))
