"""Many connections with living grants at the stand-in, made without the road there."""

from datetime import datetime, timedelta

from flask import Flask

from tests.connections import make_connection
from tests.standin import StandIn
from tests.traveller import HERS, invite
from wizard.models import now

LIFETIME = timedelta(hours=1)


def connect_many(
    app: Flask, visma: StandIn, number: int, *, next_check_at: datetime | None = None
) -> list[int]:
    """So many firms' connections to one company, each with a grant of its own; their ids."""
    made = []
    for position, tokens in enumerate(visma.mint("Vera Välja", HERS, number)):
        link = invite(app, firm=f"Byrå {position} AB")
        with app.extensions["sessions"]() as session:
            invitation = session.merge(link.invitation)
            connection = make_connection(
                session,
                type(link)(invitation, link.secret),
                access_expires_at=now() + LIFETIME,
                next_refresh_at=now() + LIFETIME,
                next_check_at=next_check_at or now() + LIFETIME,
            )
            for name in ("access_token", "refresh_token"):
                sealed = app.extensions["vault"].seal(tokens[name], connection, name)
                setattr(connection, name, sealed)
            session.commit()
            made.append(connection.id)
    return made
