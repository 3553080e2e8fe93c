"""Presses on support's pages, ready to be sent."""

from tests.support.race_stage import Pressing, Stage


def choose(stage: Stage) -> Pressing:
    code = stage.link().invitation.code
    siv, said = stage.browser(stage.cast.support), f"{code}2"
    page = siv.get(f"/support?q={said}", 200)
    return stage.form(siv, page, "/support/menade", said=said, code=code)
