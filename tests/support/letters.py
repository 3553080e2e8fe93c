"""Assertions about every letter."""

from email.message import EmailMessage
from xml.etree.ElementTree import Element

import html5lib

from tests.support.mail_server import (
    html_of,
    text_of,
)

LARGEST = 20_000


def check_letter(letter: EmailMessage, language: str) -> Element:
    """Assert valid HTML in its language, without external resources or classes without a style."""
    html = html_of(letter)
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    assert tree.get("lang") == language
    assert len(html.encode()) < LARGEST
    for element in tree.iter():
        assert element.tag not in {"img", "script", "link", "iframe", "form", "object"}
        if element.get("class"):
            assert element.get("style"), element.attrib
    for text in (html, text_of(letter), str(letter["Subject"])):
        assert "{{" not in text
        assert "None" not in text
        assert "Undefined" not in text
    return tree
