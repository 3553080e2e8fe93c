"""Presses on the pages of samples and manifests, ready to be sent."""

from tests.support.books import BookReader
from tests.support.race_stage import Pressing, Stage
from wizard.models import Connection, Scope
from wizard.services.api import api_keys


def sample(stage: Stage, *, text: str = "A5, A6, A99", fetched: bool = False) -> Pressing:
    """A sample that is looked up, or its documents fetched: five of them."""
    reader = BookReader.connect(stage.app, stage.visma)
    at = f"{reader.at}/stickprov"
    olga = stage.browser(reader.owner)
    if fetched:
        page = olga.post(at, {"urval": text, "ar": reader.year().id}, 200)
        return stage.form(olga, page, f"{at}/zip")
    return stage.form(olga, olga.get(at, 200), at, urval=text, ar=reader.year().id)


def sample_by_platform(stage: Stage) -> Pressing:
    """The same, asked for by a program."""
    reader = BookReader.connect(stage.app, stage.visma)
    row = stage.session.get_one(Connection, reader.connection_id)
    secret = api_keys.create(stage.session, row.firm, "Analys", None, scopes=[*Scope]).secret
    path = f"/connections/{row.public_id}/fiscal-years/{reader.year().id}/samples"
    headers = {"Authorization": f"Bearer {secret}"}
    return Pressing(f"/api/v1{path}", headers=headers, json={"vouchers": "A5, A6, A99"})


def manifest(stage: Stage) -> Pressing:
    """A manifest that is judged, and is none."""
    form = of_staff(stage, "/bevis")
    return Pressing(form.path, form.form, form.cookie, {"underlag": ("underlag.json", b"{}")})


def of_staff(stage: Stage, path: str) -> Pressing:
    olga = stage.browser(stage.cast.owner)
    return stage.form(olga, olga.get(path, 200), path)
