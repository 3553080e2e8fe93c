"""Assertions about every page: valid HTML, title, labels, nothing inline."""

from collections import Counter
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.datastructures import Headers

UNLABELLED = {"hidden", "submit", "button", "reset"}
TABLE_PARTS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
LANGUAGES = {"sv", "en"}


def parse(text: str) -> Element:
    """The tree of a page; raises html5lib.html5parser.ParseError at the first error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(text)
    return tree


def check_page(tree: Element, text: str, headers: Headers) -> None:
    """Fail with a message if a page breaks a house rule."""
    assert text.lower().startswith("<!doctype html>"), "the page has no doctype"
    assert tree.get("lang") in LANGUAGES, "the page does not say its language"
    assert len(list(tree.iter("h1"))) == 1, "the page has another number of h1 than one"
    title = tree.find("head/title")
    assert title is not None, "the page has no title"
    assert (title.text or "").strip(), "the page has an empty title"
    _check_ids(tree)
    _check_labels(tree)
    _check_tables(tree)
    _check_inline(tree)
    _check_links(tree)
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "the page has no Content-Security-Policy"
    assert "unsafe-" not in policy, "the Content-Security-Policy is unsafe"


def _check_ids(tree: Element) -> None:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    twice = [name for name, times in ids.items() if times > 1 or not name]
    assert not twice, f"ids that are not unique: {twice}"
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
            missing = [name for name in element.get(attribute, "").split() if name not in ids]
            assert not missing, f"{attribute} names what is not there: {missing}"


def _check_links(tree: Element) -> None:
    """Links are named by where they lead: two of one name lead to one page.

    Not in lists of staff's and of the search, where what stands beside a name tells it from its like.
    """
    body, places = tree.find("body"), dict[str, str]()
    if body is None or "app" in body.get("class", "").split():
        return
    listed = {
        link for item in tree.iter("ol") if item.get("class") == "hits" for link in item.iter("a")
    }
    for link in [link for link in tree.iter("a") if link not in listed]:
        alts = [picture.get("alt", "") for picture in link.iter("img")]
        name = link.get("aria-label") or " ".join("".join([*link.itertext(), *alts]).split())
        assert name, f"a nameless link to {link.get('href')}"
        at = urlsplit(link.get("href", ""))._replace(query="").geturl()
        assert places.setdefault(name.lower(), at) == at, (
            f"two places are called {name!r}: {places}"
        )


def _check_labels(tree: Element) -> None:
    targets = {label.get("for") for label in tree.iter("label")}
    within = {field for label in tree.iter("label") for field in label.iter()}
    for field in tree.iter():
        if field.tag not in {"input", "select", "textarea"} or field.get("type") in UNLABELLED:
            continue
        labelled = field.get("id") in targets or field in within or field.get("aria-label")
        assert labelled, f"a field without a label: {field.attrib}"
    for label in tree.iter("label"):
        assert "".join(label.itertext()).strip(), "a label without words"
    for press in tree.iter("button"):
        assert "".join(press.itertext()).strip() or press.get("aria-label"), "a nameless button"


def _check_tables(tree: Element) -> None:
    """Assert that no part of a table repeats its implicit ARIA role, which HTML forbids."""
    for table in tree.iter("table"):
        parts = [part for part in table.iter() if part.tag in TABLE_PARTS]
        named = [part.tag for part in parts if part.get("role") not in {None, "presentation"}]
        assert not named, f"parts of a table with roles: {named}"


def _check_inline(tree: Element) -> None:
    for element in tree.iter():
        assert element.get("style") is None, f"inline style: {element.attrib}"
        assert element.tag != "style", "a style element"
        handlers = [name for name in element.attrib if str(name).lower().startswith("on")]
        assert not handlers, f"inline script: {handlers}"
        data = element.get("type", "") in {"application/json", "application/ld+json"}
        outside = element.get("src") is not None or data
        assert element.tag != "script" or outside, "a script that stands in the page"
        for attribute in ("href", "action", "src"):
            assert not element.get(attribute, "").lower().startswith("javascript:"), "javascript:"
