"""The flow with what it counted, at 320 px and on a large screen: no fault to axe, nothing wider than the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site
from tests.browser.test_staff_pages import LOOKS, look_at, sign_in
from tests.support.cast import make_user
from tests.support.traveller import invite
from wizard.models import EventKind, Firm, Role
from wizard.services.history import record
from wizard.services.invitations import visits

Open = Callable[..., Page]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_flow_has_no_fault(site: Site, person: Open, width: int, scheme: str) -> None:
    name = f"Flödesbyrån {width}"
    secret = invite(site.app, firm=name).secret
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        key = visits.find_key(session, secret)
        assert key
        visits.go_straight(session, key)
        record(session, EventKind.ATTEMPT_FAILED, key.invitation, cause="wrong_company")
        firm = session.query(Firm).filter(Firm.name == name).one()
        admin = make_user(f"Flora{width} Admin", Role.ADMIN)
        member = make_user(f"Maj{width} Ek", Role.MEMBER, firm)
        session.add_all([admin, member])
        session.commit()
        emails = (admin.email, member.email)
    for email, path in zip(emails, ("/admin/flode", "/foretag/flode"), strict=True):
        page = person(viewport={"width": width, "height": 900}, color_scheme=scheme)
        sign_in(page, site, email)
        look_at(page, site, path, "/foretag", "/konto")
