"""The preview of a letter: the text that will be sent, without a working link."""

from wizard.extensions import database, settings
from wizard.mail.envelopes import sender_name
from wizard.mail.rendering import render, signature
from wizard.models import Company, Invitation, LetterKind, User, now
from wizard.services.companies.company_directory import connection_of
from wizard.services.invitations.lifecycle import VALIDITY, living_invitation
from wizard.services.letters.contents import inviting_facts
from wizard.services.outbox import Addressee, clean_words
from wizard.services.values.email_addresses import clean_email
from wizard.services.values.own_words import fair_name
from wizard.web.company.forms import SendForm
from wizard.web.forms.letters import Preview, as_language
from wizard.wiring.addresses import for_letters

NO_CODE = "······"


def addressee(form: SendForm) -> Addressee:
    """The recipient in a validated form."""
    name = form.name.data
    return Addressee(
        clean_email(form.email.data or ""),
        as_language(form.language.data),
        fair_name(name, form.own) if name else None,
    )


def own_words(form: SendForm) -> str | None:
    """The sender's own message, if any."""
    return clean_words(form.words.data, form.own)


def preview_of(user: User, company: Company, provider: str, form: SendForm) -> Preview:
    """The letter that the form would send."""
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
        firm=company.firm.name,
        signature=signature(to.language, settings.operator_name),
    )


def _to_be(company: Company, provider: str) -> Invitation:
    """The invitation that sending would create; it is not added to a database session."""
    connection = connection_of(database.session, company)
    invitation = Invitation(
        provider=provider,
        code=NO_CODE,
        expires_at=now() + VALIDITY,
        renews_id=connection.id if connection else None,
    )
    with database.session.no_autoflush:
        invitation.company = company
    return invitation
