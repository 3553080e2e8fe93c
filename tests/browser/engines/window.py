"""A person's browser in any engine: what she reads, presses and fills in."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PATIENCE = 30.0
PHONE = (360, 640)


class WebDriverError(Exception):
    """The browser could not do what was asked, such as with an element of a page that is gone."""


class Window(ABC):
    """One browser, looked at through the window that was opened last.

    It is asked by the commands of the WebDriver standard (w3.org/TR/webdriver2), whatever carries them.
    """

    @abstractmethod
    def ask(self, command: str, **parameters: Any) -> Any:
        """What a command gives; raises WebDriverError."""

    @abstractmethod
    def quit(self) -> None:
        """End the browser."""

    def go(self, address: str) -> None:
        """Open an address in this window."""
        self.ask("Navigate", url=address)

    def address(self) -> str:
        """The address that is shown."""
        return str(self.ask("GetCurrentURL"))

    def find(self, xpath: str) -> list["Element"]:
        """The elements that an XPath selects."""
        found = self.ask("FindElements", using="xpath", value=xpath)
        return [Element(self, next(iter(one.values()))) for one in found]

    def handles(self) -> list[str]:
        """The open windows, by names that mean nothing."""
        return list(self.ask("GetWindowHandles"))

    def look_at(self, handle: str) -> None:
        """Look at another window."""
        self.ask("SwitchToWindow", handle=handle)

    def forget_cookies(self) -> None:
        """Delete the cookies of the site that is shown."""
        self.ask("DeleteAllCookies")

    def scroll_to(self, element: str) -> None:  # noqa: B027 -- nothing, where the driver does it
        """Bring an element into sight."""

    def seen(self, xpath: str) -> list["Element"]:
        """The elements that can be seen; WebKit's driver also takes what is folded away for that."""
        unfolded = f"{xpath}[not(ancestor::details[not(@open)])]"
        return [element for element in self.find(unfolded) if element.is_displayed()]

    def words(self, xpath: str = "//main") -> str:
        """What can be read there, with ordinary spaces."""
        return " ".join(" ".join(element.text for element in self.find(xpath)).split())

    def offers(self, name: str) -> bool:
        """Whether there is something with these words to press."""
        return bool(self.seen(pressed_by(name)))

    def press(self, *names: str) -> None:
        """Press the first button or link there is with one of these words, and look at what it opened."""
        self.unfold(*names)
        found = self.until(
            lambda: next(filter(None, (self.seen(pressed_by(name)) for name in names)), None),
            " or ".join(names),
        )[0]
        before = self.handles()
        opens = found.get_attribute("target") == "_blank"
        self.until(found.press, "in sight")
        if opens:
            opened = self.until(lambda: set(self.handles()) - set(before), "a new window")
            self.look_at(opened.pop())

    def unfold(self, *names: str) -> None:
        """Open what hides all that has one of these words."""
        self.until(lambda: self.find(" | ".join(map(pressed_by, names))), " or ".join(names))
        if not any(map(self.offers, names)):
            for name in names:
                for folded in self.find(
                    f"{pressed_by(name)}/ancestor::details[not(@open)]/summary"
                ):
                    self.until(folded.press, "in sight")

    def choose(self, label: str) -> None:
        """Choose the answer with these words in its label."""
        chosen = f"//label[contains({plain('.')}, {quoted(label)})]"
        found = self.until(lambda: self.seen(chosen), label)[0]
        self.until(found.press, "in sight")

    def arrive(self, heading: str) -> None:
        """Wait for the page with these words in its heading."""
        self.until(lambda: heading.lower() in self.words("//h1").lower(), heading)

    def until(self, look: Callable[[], Any], wanted: str) -> Any:
        """What this finds, as soon as it finds something; the page may be changing under our eyes."""
        ends = time.monotonic() + PATIENCE
        while True:
            late = time.monotonic() > ends
            try:
                if found := look():
                    return found
            except WebDriverError:
                if late:
                    raise
            if late:
                raise AssertionError(f"{wanted!r} is not at {self.address()}: {self.words()}")
            time.sleep(0.1)


@dataclass(frozen=True)
class Element:
    """An element of the page that a window shows."""

    window: Window
    id: str

    @property
    def text(self) -> str:
        """Its text as rendered."""
        return str(self.window.ask("GetElementText", id=self.id))

    def press(self) -> bool:
        """Scroll to it and press it; an error while it is still on its way into sight.

        WebKit's driver does not scroll where the page has a scroll padding, as people do.
        """
        self.window.scroll_to(self.id)
        self.window.ask("ElementClick", id=self.id)
        return True

    def is_displayed(self) -> bool:
        """Whether it can be seen."""
        return bool(self.window.ask("IsElementDisplayed", id=self.id))

    def get_attribute(self, name: str) -> str | None:
        """An attribute of it."""
        found = self.window.ask("GetElementAttribute", id=self.id, name=name)
        return None if found is None else str(found)


def plain(what: str) -> str:
    """The XPath for a text with ordinary single spaces."""
    return f"normalize-space(translate({what}, '\u00a0', ' '))"


def quoted(text: str) -> str:
    """A text in XPath 1.0, which has no escapes."""
    return f'"{text}"'


def pressed_by(name: str) -> str:
    """The XPath of buttons and links with these words."""
    return f"//*[(self::a or self::button) and {plain('.')} = {quoted(name)}]"
