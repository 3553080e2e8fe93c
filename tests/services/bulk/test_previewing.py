"""Which companies a preview is of, and what cannot be previewed."""

import pytest
from sqlalchemy.orm import Session

from tests.support import bulk
from tests.support.cast import Cast
from wizard.models import (
    BulkAct,
)
from wizard.services.accounts.responsibility import NotAColleagueError
from wizard.services.bulk import previewing
from wizard.services.bulk.previewing import (
    NotAllowedError,
    NothingChosenError,
    TooManyError,
    Wish,
)
from wizard.services.companies.company_list import Wanted
from wizard.services.companies.list_filters import Filters


def test_what_cannot_be_previewed(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = cast.company
    preview = previewing.preview
    with pytest.raises(NothingChosenError):
        preview(session, cast.owner, Wish(BulkAct.CHECK), [])
    with pytest.raises(NotAllowedError):
        preview(session, cast.support, Wish(BulkAct.WITHDRAW), [company.id])
    with pytest.raises(NotAColleagueError):
        preview(session, cast.owner, Wish(BulkAct.RESPONSIBLE, cast.stranger), [company.id])
    monkeypatch.setattr(previewing, "MOST", 1)
    with pytest.raises(TooManyError):
        previewing.ticked(session, cast.owner, ["a", "b"])
    bulk.company(session, cast.firm, 1)
    with pytest.raises(TooManyError):
        previewing.of_list(session, cast.owner, Wanted())


def test_ticks_and_lists_find_only_what_she_may_see(session: Session, cast: Cast) -> None:
    both = [cast.company.public_id, cast.other_company.public_id]
    assert previewing.ticked(session, cast.owner, both) == [cast.company.id]
    assert set(previewing.ticked(session, cast.support, both)) == {
        cast.company.id,
        cast.other_company.id,
    }
    everything = Wanted(Filters(firm_id=cast.other_firm.id))
    assert previewing.of_list(session, cast.owner, everything) == []
    assert previewing.of_list(session, cast.admin, everything) == [cast.other_company.id]
