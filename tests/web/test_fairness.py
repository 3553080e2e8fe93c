"""Every field that people may write in: those that others read refuse links; the rest say what they are."""

from collections.abc import Iterator
from typing import Any

import click
import pytest
from flask import Flask, g
from flask_wtf import FlaskForm
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, StringField

from tests.cli.running import commands_of, run
from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import ApiKey, KeyPurpose, Letter, LetterKind
from wizard.services.invitations import lifecycle
from wizard.web.api import import_schemas, schemas
from wizard.web.api.fields import Sent

EVIL = ["Gå till evil.app/skatt", "bit.ly/3abc", "Anna\u202e Ek"]
# What commands take that is not stored for others to read: names of admins' own receivers,
# addresses and numbers with rules of their own, and what is looked up.
OTHER_OPTIONS = {
    "webhook create --description", "webhook create --url", "firm logo --name",
    "key revoke key_id", "mail test address", "firm create --contact-email",
    "firm create --contact-phone", "user invite --name", "webhook test receiver_id",
}  # fmt: skip
OURS = {"company", "connection", "firm", "invitation", "key", "mail", "user", "webhook"}
LOOKED_UP = {"--firm", "firm passwords --name", "--organisation-number", "--email", "--hand-to"}
FIELDS = {  # what each remaining field of a form holds, which has a rule of its own
    "address": {"email", "contact_email", "warned_email", "deputy_email", "url"},
    "number": {"organisation_number", "contact_phone", "phone", "code", "since"},
    "looked up": {"firm"},
    "judged line by line": {"imports.IndexForm.lines"},
    "of admins": {"webhooks.CreateForm.description", "webhooks.EditForm.description"},
}  # fmt: skip


def forms(kind: type[Any] = FlaskForm) -> Iterator[type[Any]]:
    for form in kind.__subclasses__():
        if form.__module__.startswith("wizard.web.") and form.__name__ != "Form":
            yield form
        yield from forms(form)


def options(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Parameter]]:
    for name, each in commands_of(command).items():
        yield from options(each, f"{path} {name}".strip())
    for option in command.params:
        if isinstance(option.type, click.types.StringParamType):
            yield path, option


def test_every_field_of_a_form_that_others_read_refuses_links(app: Flask) -> None:
    known = set.union(*FIELDS.values())
    judged = []
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        for form_class in forms():
            area = form_class.__module__.split(".")[2]
            for field in form_class():
                named = f"{area}.{form_class.__name__}.{field.name}"
                if not isinstance(field, StringField) or isinstance(
                    field, HiddenField | PasswordField
                ):
                    continue
                if field.name in known or named in known:
                    continue
                judged.append(named)
                for evil in EVIL:
                    form = form_class(formdata=MultiDict({field.name: evil}))
                    form.validate()
                    said = " ".join(map(str, form[field.name].errors))
                    assert "adresser" in said or "tecken som inte syns" in said, (named, evil, said)
                    assert form[field.name].data == evil.replace("\u202e", ""), named
    assert len(judged) >= 9


def test_every_text_of_the_api_that_others_read_refuses_links(app: Flask, cast: Cast) -> None:
    whole = {
        "NewCompany": {"name": "Nya AB", "organisation_number": "559900-1079"},
        "NewInvitation": {"name": "Anna", "words": "Hej!"},
        "NewHandover": {},
        "NewImport": {"text": "559900-1079"},
    }
    rules_of_their_own = {
        "email",
        "sender",
        "user_email",
        "text",  # judged line by line
        "start",
        "invite",
        "company_id",
        "language",
        "organisation_number",
    }
    of_nobody_else = {"Sample"}  # numbers of vouchers, which nobody is shown
    assert {model.__name__ for model in Sent.__subclasses__()} == set(whole) | of_nobody_else
    with app.test_request_context():
        g.api_key = ApiKey(firm=cast.firm, name="")
        for name, body in whole.items():
            model = getattr(import_schemas if name == "NewImport" else schemas, name)
            for field in set(model.model_fields) - rules_of_their_own:
                for evil in EVIL:
                    with pytest.raises(ValidationError):
                        model.model_validate({**body, field: evil})
        own = schemas.NewInvitation.model_validate({"words": "Skriv till britta@example.com"})
        assert own.words == "Skriv till britta@example.com"


def test_every_command_that_stores_what_others_read_refuses_links(app: Flask) -> None:
    good = {
        "firm create": ["--name=Ny Byrå AB", "--contact-name=Å", "--contact-email=a@example.com", "--contact-phone=08-123 45 67"],
        "company create": ["--name=Nya AB", "--organisation-number=559900-1079"],
        "invitation create": ["--name=Nya AB", "--organisation-number=559900-1079"],
        "user create": ["--name=Anna", "--email=anna@example.com", "--role=member", "--password=-"],
        "key create": ["--name=Analys", "--firm=Ny Byrå AB"],
    }  # fmt: skip
    assert run(app, "firm", "create", *good["firm create"]).exit_code == 0
    judged = set()
    for path, option in options(app.cli):
        written = f"{path} {option.opts[0]}"
        if path.split(" ")[0] not in OURS or {option.opts[0], written} & LOOKED_UP:
            continue
        if written in OTHER_OPTIONS:
            continue
        judged.add(written)
        for evil in EVIL:
            given = [one for one in good[path] if not one.startswith(f"{option.opts[0]}=")]
            typed = "a password of 12\n"
            done = run(app, *path.split(), *given, f"{option.opts[0]}={evil}", typed=typed)
            assert done.exit_code == 1, (written, evil, done.output)
            assert "adress" in done.output or "tecken" in done.output, done.output
    assert len(judged) >= 5


def test_the_firms_own_host_may_stand_in_an_invitation(
    app: Flask, cast: Cast, session: Session
) -> None:
    owner = Browser.open(app, cast.owner)
    path = f"/foretag/{cast.company.public_id}/ladda-upp-data"
    owner.post(f"{path}/aktivera", status=200)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    hers = Browser.open(app)
    hers.arrive(f"/k/{link.secret}")
    refused = hers.post(f"/koppla/{link.invitation.public_id}/nej", {"reason": "Se evil.app"}, 200)
    assert "evil.app" in refused.words
    assert "Se evil.app" in refused.text
    own = {"reason": "Ring britta@example.com i stället.Vi ses"}
    hers.post(f"/koppla/{link.invitation.public_id}/nej", own, 200)
    session.rollback()
    letter = session.query(Letter).filter_by(kind=LetterKind.DECLINED).one()
    assert letter.words == "Ring britta@example.com i stället. Vi ses"
