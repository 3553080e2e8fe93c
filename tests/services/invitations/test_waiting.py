"""Only what waits is taken up when an invitation ends."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.traveller import Traveller, authorizations
from wizard.models import AuthorizationStatus
from wizard.services.invitations.waiting import end_waiting


@pytest.mark.parametrize("status", AuthorizationStatus)
def test_only_what_waits_is_taken_up(
    approver: Traveller, database: Session, status: AuthorizationStatus
) -> None:
    approver.go_straight().depart()
    authorization = authorizations(database)[0]
    authorization.status = status
    end_waiting(database, authorization.invitation_id)
    jobs = text("select args from procrastinate.procrastinate_jobs")
    waits = status in {AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING}
    expected = [{"authorization_id": authorization.id}] if waits else []
    assert list(database.scalars(jobs)) == expected
