"""A letter as it will be, for its sender to look at: the same words, with no link in it that works."""

from wizard.extensions import database
from wizard.mail.contents import inviting_facts
from wizard.mail.envelopes import sender_name
from wizard.mail.rendering import render
from wizard.models import Company, Invitation, LetterKind, User, now
from wizard.services.connecting import living_connection
from wizard.services.invitations import VALIDITY, living_invitation
from wizard.services.letters import Addressee, clean_words
from wizard.services.names import clean_name
from wizard.services.staff import clean_email
from wizard.web.addresses import for_letters
from wizard.web.company.forms import SendForm
from wizard.web.mailing import Preview, as_language

NO_CODE = "······"


def addressee(form: SendForm) -> Addressee:
    """To whom the form says; its fields have been checked."""
    name = form.name.data
    return Addressee(
        clean_email(form.email.data or ""),
        as_language(form.language.data),
        clean_name(name) if name else None,
    )


def own_words(form: SendForm) -> str | None:
    """The sender's own line."""
    return clean_words(form.words.data)


def preview_of(user: User, company: Company, provider: str, form: SendForm) -> Preview:
    """The letter that this form would send."""
    invitation = living_invitation(database.session, company) or _to_be(company, provider)
    to = addressee(form)
    facts = inviting_facts(invitation, user, for_letters(), to, own_words(form))
    words = render(LetterKind.INVITATION.value, to.language, facts)
    return Preview(
        sender=sender_name(user.name, company.firm.name),
        to=to.email,
        subject=words.subject,
        body=words.body,
        language=to.language,
    )


def _to_be(company: Company, provider: str) -> Invitation:
    """The invitation that sending would make; it is not added to any session."""
    connection = living_connection(database.session, company)
    invitation = Invitation(
        provider=provider,
        code=NO_CODE,
        expires_at=now() + VALIDITY,
        renews_id=connection.id if connection else None,
    )
    with database.session.no_autoflush:
        invitation.company = company
    return invitation
