"""The people at clients whom letters go to: one contact for an address of a firm, however many letters."""

from collections.abc import Collection

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import Contact, Letter


def contact_at(
    session: Session, firm_id: int, email: str, *, name: str | None, language: str
) -> Contact:
    """The firm's contact at this address, made if there is none; name and language become these.

    Without a name she keeps the one she has. Two callers at once get the same contact, and she is
    not forgotten before the caller has committed.
    """
    found = session.scalar(
        select(Contact)
        .where(Contact.firm_id == firm_id, func.lower(Contact.email) == func.lower(email))
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        return _insert(session, firm_id, email, name, language)
    found.language = language
    found.name = name or found.name
    return found


def forget_unnamed(session: Session, contact_ids: Collection[int]) -> None:
    """Delete those of these contacts to whom no letter points any more. The caller commits."""
    mine = select(Contact.id).where(Contact.id.in_(contact_ids)).order_by(Contact.id)
    session.execute(mine.with_for_update())  # from here on nobody writes a letter to her
    unnamed = ~exists().where(Letter.contact_id == Contact.id)
    session.execute(
        delete(Contact)
        .where(Contact.id.in_(contact_ids), unnamed)
        .execution_options(synchronize_session=False)
    )


def _insert(session: Session, firm_id: int, email: str, name: str | None, language: str) -> Contact:
    made = insert(Contact).values(firm_id=firm_id, email=email, name=name, language=language)
    newer = {
        "language": made.excluded.language,
        "name": func.coalesce(made.excluded.name, Contact.name),
    }
    one = made.on_conflict_do_update(
        index_elements=[Contact.firm_id, func.lower(Contact.email)], set_=newer
    )
    return session.scalars(
        one.returning(Contact), execution_options={"populate_existing": True}
    ).one()
