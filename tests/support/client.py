"""A browser over the test client, which checks every page and submits forms like a person."""

import re
from dataclasses import dataclass
from typing import Any, Self
from xml.etree.ElementTree import Element

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from tests.support.pages import check_page, parse
from tests.support.transactions import left_undone
from wizard.models import StaffSession, User
from wizard.services.crypto.digests import digest, new_secret


@dataclass(frozen=True)
class Page:
    """A response; `tree` is None unless it is HTML."""

    status: int
    text: str
    headers: Any
    tree: Element | None

    @property
    def location(self) -> str:
        """The Location header."""
        return str(self.headers.get("Location", ""))

    @property
    def goes_to(self) -> str:
        """The Location header without its query."""
        return self.location.partition("?")[0]

    @property
    def words(self) -> str:
        """The visible text of the page, with single spaces."""
        assert self.tree is not None
        body = self.tree.find("body")
        assert body is not None
        return " ".join("".join(body.itertext()).split())

    @property
    def heading(self) -> str:
        """The page's h1."""
        assert self.tree is not None
        return " ".join("".join(next(self.tree.iter("h1")).itertext()).split())

    @property
    def links(self) -> list[str]:
        """The targets of the page's links."""
        assert self.tree is not None
        return [link.get("href", "") for link in self.tree.iter("a")]

    @property
    def actions(self) -> list[str]:
        """The actions of the page's forms."""
        assert self.tree is not None
        return [form.get("action", "") for form in self.tree.iter("form")]

    def value(self, element_id: str) -> str:
        """The value of a field."""
        assert self.tree is not None
        for element in self.tree.iter():
            if element.get("id") == element_id:
                return element.get("value", "")
        raise AssertionError(f"no #{element_id} on the page")


class Browser:
    """A browser with its own cookies; checks every page, and that requests leave no open transaction."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    @classmethod
    def open(cls, app: Flask, user: User | None = None) -> Self:
        """A new browser; signed in if a user is given."""
        browser = cls(app.test_client())
        if user is not None:
            browser.become(user)
        return browser

    def become(self, user: User) -> None:
        """Sign in without the page, which other tests cover."""
        token = new_secret()
        with self.client.application.extensions["sessions"].begin() as database:
            database.add(StaffSession(token_hash=digest(token), user_id=user.id))
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token

    def get(self, path: str, status: int | None = None, **options: Any) -> Page:
        """Fetch a page; asserts `status` if given."""
        return self._fetch("GET", path, status, **options)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        status: int | None = None,
        **options: Any,
    ) -> Page:
        """Submit a form, with the CSRF token of the last page that had one."""
        if not self._token:
            self._take_token()
        form = {"csrf_token": self._token, **(data or {})}
        return self._fetch("POST", path, status, data=form, **options)

    def arrive(self, link: str) -> Page:
        """Open a secret link; returns the page that all its redirects lead to."""
        page = self.get(link, 303)
        while page.status in {302, 303}:
            page = self.follow(page)
        return page

    def follow(self, page: Page) -> Page:
        """Follow a redirect, which must be local."""
        assert page.status in {302, 303}, page.status
        assert re.match(r"/(?![/\\])", page.location), page.location
        return self.get(page.location)

    def _take_token(self) -> None:
        """Create a CSRF token, for a form that was not fetched."""
        with (
            self.client.session_transaction() as cookie,
            self.client.application.test_request_context(),
        ):
            if "csrf_token" in cookie:
                session["csrf_token"] = cookie["csrf_token"]
            self._token = generate_csrf()
            cookie["csrf_token"] = session["csrf_token"]

    def _fetch(self, method: str, path: str, status: int | None, **options: Any) -> Page:
        response = self.client.open(path, method=method, **options)
        undone = left_undone(self.client.application)
        assert not undone, f"{method} {path}: {undone}"
        is_page = response.mimetype == "text/html" and response.status_code not in {302, 303}
        text = response.get_data(as_text=True) if response.mimetype != "image/png" else ""
        tree = parse(text) if is_page else None
        if tree is not None:
            check_page(tree, text, response.headers)
            self._token = _token_of(tree) or self._token
        page = Page(response.status_code, text, response.headers, tree)
        assert status is None or page.status == status, f"{method} {path}: {page.status}"
        return page


def _token_of(tree: Element) -> str:
    for field in tree.iter("input"):
        if field.get("name") == "csrf_token":
            return field.get("value", "")
    return ""
