"""An approver's page as support sees it: rendered for a browser that nobody uses, and with nothing to press."""

from html import escape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from flask_babel import gettext

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import UNFINISHED, AuthorizationStatus, InvitationKey
from wizard.services.audit.trail import acting, acting_as
from wizard.services.invitations.visits import end_of
from wizard.services.outbox import Language, language_of
from wizard.web.authorization.pages import cause_page, waiting_page
from wizard.web.hooks.security import CONTENT_SECURITY_POLICY
from wizard.web.i18n import speaking
from wizard.web.onboarding.progress import deciding_authorization
from wizard.web.onboarding.step_pages import step_page
from wizard.web.onboarding.visit import ViewResponse, ended_page

# Beside what is taken out of the page, its reader's browser runs no script of it and sends no form.
POLICY = CONTENT_SECURITY_POLICY.replace("'self'; style", "'none'; style").replace(
    "form-action 'self'", "form-action 'none'"
)
PRESSED = {"button", "input", "select", "textarea"}
EMPTY = {"input", "link", "meta", "img", "br", "hr", "source", "wbr"}
FOLLOWED = {"action", "formaction", "data-follow", "data-reveal", "data-copy", "data-copy-text"}


def seen_as(key: InvitationKey) -> ViewResponse:
    """The page that the reader of this link has before her, read-only, under a line that says so."""
    banner = render_template("support/seen_as_banner.html", company=key.invitation.company)
    with acting_as(acting()):  # the end of the inner request must not end who acts
        page = _as_nobody(key, her_language(key))
    response = make_response(_Still(banner).of(page))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def her_language(key: InvitationKey) -> Language:
    """The language of the letter that the link came in; Swedish for a link that was copied."""
    return "en" if language_of(database.session, key.letter_id) == "en" else "sv"


def _as_nobody(key: InvitationKey, language: Language) -> str:
    """Her page in a request of its own, without cookies: nothing of support's browser is in it, nothing is kept."""
    here = {name: value for name, value in request.environ.items() if _is_plain(name)}
    environ = {
        **here,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": url_for("onboarding.resume", public_id=key.invitation.public_id),
        "QUERY_STRING": "",
        "HTTP_ACCEPT_LANGUAGE": language,
        "wsgi.input": BytesIO(),
    }
    with current_app.request_context(environ), speaking(language):
        return _page_of(key)


def _is_plain(name: str) -> bool:
    left_out = {"HTTP_COOKIE", "CONTENT_LENGTH", "CONTENT_TYPE", "RAW_URI", "REQUEST_URI"}
    return name not in left_out and not name.startswith("werkzeug.")


def _page_of(key: InvitationKey) -> str:
    authorization = deciding_authorization(key)
    cause = Cause(authorization.cause) if authorization and authorization.cause else None
    end = end_of(key)
    if end and cause is not Cause.ALREADY_CONNECTED:
        return ended_page(key, end).get_data(as_text=True)
    if authorization and authorization.status in UNFINISHED:
        return waiting_page(key, authorization)
    if authorization and cause and authorization.status is AuthorizationStatus.FAILED:
        return cause_page(key, authorization, cause, unnamed=gettext("another company"))
    return step_page(key, key.open_step)


class _Still(HTMLParser):
    """Copies a page without its forms, its scripts and where its links lead; what was pressed is greyed."""

    def __init__(self, banner: str) -> None:
        super().__init__(convert_charrefs=False)
        self._banner = banner
        self._parts: list[str] = []

    def of(self, page: str) -> str:
        """The page, still."""
        self.feed(page)
        self.close()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy the tag, unless it does something."""
        named: dict[str, str | None] = {
            name: value for name, value in attrs if name not in FOLLOWED
        }
        if tag == "script" or (tag == "input" and named.get("type") == "hidden"):
            return
        if tag == "form":
            tag, named = "div", {"class": named.get("class") or "form"}
        if tag in PRESSED:
            named["disabled"] = None
        if tag == "a" and not (named.get("href") or "").startswith("#"):
            named.pop("href", None)
        written = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"'
            for name, value in named.items()
        )
        self._parts.append(f"<{tag}{written}>")
        if tag == "body":
            self._parts.append(self._banner)

    def handle_endtag(self, tag: str) -> None:
        """Copy the end of what was copied."""
        if tag != "script":
            self._parts.append("</div>" if tag == "form" else f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy what is written as empty, as in pictures of SVG."""
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Copy the text."""
        self._parts.append(data)

    def handle_entityref(self, name: str) -> None:
        """Copy a named character."""
        self._parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character."""
        self._parts.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy the doctype."""
        self._parts.append(f"<!{decl}>")

    def unknown_decl(self, data: Any) -> None:
        """Leave out what no page of ours has."""
