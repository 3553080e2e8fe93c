"""An application with a mail server, connections that break, and time that passes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.broken import check_again, connect
from tests.support.cast import Cast
from tests.support.mail_server import MailServer, send_due
from wizard.models import Connection, now
from wizard.services.warnings import firm_warnings, operator_alerts, outages
from wizard.services.warnings.operator_alerts import Operator

US = Operator("drift@example.com", "jour@example.com")
Pass = Callable[[timedelta], None]
Watch = Callable[..., None]


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


@pytest.fixture
def passes(app: Flask, session: Session) -> Pass:
    """Lets time pass from the start, and then warns and sends what is due."""
    start = now()

    def let(after: timedelta) -> None:
        with time_machine.travel(start + after, tick=True):
            session.rollback()
            check_again(session)
            firm_warnings.tell(session)
            send_due(app)

    return let


@pytest.fixture
def watch(app: Flask, session: Session) -> Watch:
    """Lets time pass from the start, looks for outages and faults, and sends what is due."""
    start = now()

    def let(after: timedelta, operator: Operator = US) -> None:
        with time_machine.travel(start + after, tick=True):
            session.rollback()
            check_again(session)
            outages.watch(session, ["visma"], operator)
            operator_alerts.watch(session, operator)
            firm_warnings.tell(session)
            send_due(app)

    return let


@pytest.fixture
def connections(session: Session, cast: Cast) -> list[Connection]:
    """Four connections of one firm, and one of another's."""
    made = [connect(session, cast.firm, cast.owner, number) for number in range(4)]
    return [*made, connect(session, cast.other_firm, None, 4)]
