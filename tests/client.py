"""A browser over HTTP that checks every page it gets, and sends forms as a person would."""

import re
from dataclasses import dataclass
from typing import Any, Self
from xml.etree.ElementTree import Element

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from tests.pages import check_page, parse
from tests.transactions import left_undone
from wizard.models import StaffSession, User
from wizard.services.secrets import digest, new_secret


@dataclass(frozen=True)
class Page:
    """An answer; `tree` is None unless it is HTML."""

    status: int
    text: str
    headers: Any
    tree: Element | None

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return str(self.headers.get("Location", ""))

    @property
    def words(self) -> str:
        """The text a person reads on the page, spaces made one."""
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
        """Where the page's links lead."""
        assert self.tree is not None
        return [link.get("href", "") for link in self.tree.iter("a")]

    @property
    def actions(self) -> list[str]:
        """Where the page's forms are sent."""
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
    """One browser: cookies of its own, every page checked, every request leaving nothing undone."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    @classmethod
    def open(cls, app: Flask, user: User | None = None) -> Self:
        """A new browser, with a member of staff already signed in if one is given."""
        browser = cls(app.test_client())
        if user is not None:
            browser.become(user)
        return browser

    def become(self, user: User) -> None:
        """Sign in without the page for it, which has tests of its own."""
        token = new_secret()
        with self.client.application.extensions["sessions"].begin() as database:
            database.add(StaffSession(token_hash=digest(token), user_id=user.id))
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token

    def get(self, path: str, status: int | None = None, **options: Any) -> Page:
        """Fetch a page; with `status`, it must be that."""
        return self._fetch("GET", path, status, **options)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        status: int | None = None,
        **options: Any,
    ) -> Page:
        """Send a form, with the token against forgery of the last page that had one."""
        if not self._token:
            self._take_token()
        form = {"csrf_token": self._token, **(data or {})}
        return self._fetch("POST", path, status, data=form, **options)

    def follow(self, page: Page) -> Page:
        """Where a redirect leads, which must be with us."""
        assert page.status in {302, 303}, page.status
        assert re.match(r"/(?![/\\])", page.location), page.location
        return self.get(page.location)

    def _take_token(self) -> None:
        """A token without a page, for a form sent by one who never fetched it."""
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
