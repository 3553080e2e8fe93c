"""Letters to the owner of an account of staff, about the account."""

from sqlalchemy.orm import Session

from wizard.models import LetterKind, User
from wizard.services import outbox
from wizard.services.outbox import STAFF_LANGUAGE, Addressee, Language

# Topics of the letter about a changed second factor.
ADDED, REMOVED = "added", "removed"


def post(
    session: Session,
    kind: LetterKind,
    user: User,
    *,
    by: User | None = None,
    topic: str | None = None,
) -> None:
    """Mail her, in her language. The caller commits."""
    language: Language = "en" if user.language == "en" else STAFF_LANGUAGE
    to = Addressee(user.email, language, user.name)
    outbox.post_to_account(session, kind, to, firm_id=user.firm_id, staff=by, topic=topic)
