"""Letters to owners of accounts: to their address, in their language."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Letter, LetterKind, User
from wizard.services.accounts import owner_letters as service


@pytest.mark.parametrize(("chosen", "language"), [(None, "sv"), ("sv", "sv"), ("en", "en")])
def test_the_owner_is_mailed_in_her_language(
    session: Session, cast: Cast, chosen: str | None, language: str
) -> None:
    owner = session.get_one(User, cast.owner.id)
    owner.language = chosen
    service.post(session, LetterKind.FACTOR_CHANGED, owner, topic=service.ADDED)
    session.commit()
    letter = session.scalars(select(Letter)).one()
    assert (letter.recipient, letter.language) == (owner.email, language)
    assert (letter.topic, letter.firm_id) == (service.ADDED, owner.firm_id)
