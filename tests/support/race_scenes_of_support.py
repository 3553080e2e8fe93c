"""Presses on support's pages, ready to be sent."""

from tests.support.race_scenes import someone
from tests.support.race_stage import Pressing, Stage
from wizard.models import LetterKind, LetterStatus
from wizard.services import outbox
from wizard.services.outbox import Addressee


def choose(stage: Stage) -> Pressing:
    code = stage.link().invitation.code
    siv, said = stage.browser(stage.cast.support), f"{code}2"
    page = siv.get(f"/support?q={said}", 200)
    return stage.form(siv, page, "/support/menade", said=said, code=code)


def mail_link(stage: Stage) -> Pressing:
    invitation = stage.link().invitation
    company, to = invitation.company, Addressee(someone(), "sv")
    letter = outbox.post(stage.session, LetterKind.INVITATION, invitation, to)
    letter.status = LetterStatus.SENT
    stage.session.commit()
    siv, path = stage.browser(stage.cast.support), f"/support/{company.public_id}"
    return stage.form(siv, siv.get(path, 200), f"{path}/mejla-lank")


def see(stage: Stage) -> Pressing:
    company = stage.link().invitation.company
    siv, path = stage.browser(stage.cast.support), f"/support/{company.public_id}/se-som-hon"
    return stage.form(siv, siv.get(path, 200), path, reason="Hon är i telefon")
