"""Every page of the road as it opens: what is seen, where Tab leads, and that nothing covers the focus."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.site import Site, at_visma, check, heading, press
from tests.measures.action_in_sight import SIZES, look, road
from wizard.causes import Cause

Open = Callable[..., Page]
MOST_TABS = 80
LEAST_PAGES = 45
LEAST_CAUSES = 18
MAIN = ".act .button:visible"
# Where the focus is, as it is seen; of a choice that is its label. Null once Tab has left the page.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shown = one.closest('label') || one, box = shown.getBoundingClientRect();
  const x = box.left + box.width / 2, free = y => {
    const top = document.elementFromPoint(x, y);
    return Boolean(top) && (shown.contains(top) || top.contains(shown));
  };
  return {
    words: (one.labels?.[0]?.innerText || one.innerText || one.getAttribute('aria-label') || '').trim(),
    radio: one.type === 'radio',
    seen: box.height > innerHeight || (box.top >= 0 && box.bottom <= innerHeight),
    free: one.matches('.skip') || (free(box.top + 3) && free(box.bottom - 3)),
    left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY,
    waits: getComputedStyle(one.closest('.act') || one).position === 'sticky',
  };
}"""


def faults_of_focus(page: Page, name: str) -> list[str]:
    """What is wrong on the way of Tab through a page."""
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    faults: list[str] = []
    before = None
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None or (before and here["words"] == "Hoppa till innehållet"):
            return faults
        where = f"{name}, {page.viewport_size}: {here['words'] or 'a field'}"
        if not (here["seen"] and here["free"]):
            faults.append(f"{where}: covered or out of view")
        if before and not here["waits"] and not before["waits"]:
            back = here["bottom"] <= before["top"] and here["left"] < before["right"]
            faults.extend([f"{where}: before {before['words']} on the page"] if back else [])
        before = here
    return [f"{name}: Tab never leaves the page"]


def test_heading_fact_and_action_are_seen_and_tab_goes_down_the_page(
    site: Site, person: Open
) -> None:
    out: list[str] = []
    lost: list[str] = []
    names: list[str] = []
    causes: list[str] = []
    for page, name in road(site, person()):
        names.append(name)
        if name.startswith("orsak: ") and name.removeprefix("orsak: ") in {*Cause}:
            causes.append(page.locator("h1").inner_text())
        out += [str(sight) for sight in look(page, name) if not sight.holds]
        for size in SIZES:
            page.set_viewport_size(size)
            lost += faults_of_focus(page, name)
    assert not out, "\n".join(out)
    assert not lost, "\n".join(lost)
    assert len(names) >= LEAST_PAGES
    assert len(causes) == len({*causes}) >= LEAST_CAUSES  # each is the page of its own cause


def test_the_bar_is_large_enough_and_gives_way_in_a_low_window(site: Site, person: Open) -> None:
    page = person(viewport={"width": 360, "height": 640})
    page.goto(site.link())
    box = page.locator(MAIN).bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["width"] >= 44
    place = "getComputedStyle(document.querySelector('.act')).position"
    assert page.evaluate(place) == "sticky"
    page.set_viewport_size({"width": 320, "height": 256})  # as at 400 % on a small laptop
    assert page.evaluate(place) == "static"


def test_on_a_phone_the_filled_button_stays_in_the_window(site: Site, person: Open) -> None:
    page = person(viewport={"width": 360, "height": 640})
    page.goto(site.link())
    page.locator("button[value=express]").click()
    expect(page.locator(MAIN)).to_have_text("Ge behörighet")
    window = press(page, "Öppna i nytt fönster")
    assert window is not page
    expect(page.get_by_text("Vi väntar på att du blir klar i Visma.")).to_be_visible()
    window.close()
    assert press(page, "Ge behörighet") is page
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")


def test_an_unsure_answer_shows_its_advice_alone(site: Site, person: Open) -> None:
    page = person(viewport={"width": 360, "height": 640})
    page.goto(site.link())
    press(page, "Börja")
    page.get_by_label("Jag vet inte").check()
    press(page, "Fortsätt")
    heading(page, "behörighet")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Det är lugnt")
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.locator("main img")).to_have_count(0)
    press(page, "Ändra svaret")
    expect(page.get_by_label("Jag vet inte")).to_be_checked()
    page.get_by_role("radio").first.check()
    press(page, "Fortsätt")
    page.wait_for_url(re.compile("/bokforing$"))


def test_a_question_without_an_answer_says_so_in_our_own_summary(site: Site, person: Open) -> None:
    for script in (True, False):
        page = person(viewport={"width": 360, "height": 640}, java_script_enabled=script)
        page.goto(site.link())
        press(page, "Börja")
        press(page, "Fortsätt")
        summary = page.locator(".errors")
        expect(summary).to_contain_text("Välj det svar som passar bäst.")
        expect(page).to_have_title(re.compile("^Fel:"))
        summary.get_by_role("link").click()
        expect(page.get_by_role("radio").first).to_be_focused()


def test_the_picture_of_each_step_stands_open_on_it(site: Site, person: Open) -> None:
    page = person(java_script_enabled=False)
    page.goto(site.link())
    page.locator("button[value=express]").click()
    at = page.url.rpartition("/")[0]
    for step in ("behorighet", "bokforing", "foretag", "ge-behorighet"):
        page.goto(f"{at}/{step}")
        expect(page.locator("main :not(details) img, main .sketch").first).to_be_visible()


def test_main_and_other_buttons_differ_in_forced_colours(site: Site, person: Open) -> None:
    page = person(forced_colors="active")
    page.goto(site.link())
    page.locator("button[value=express]").click()
    at = page.url.rpartition("/")[0]
    ground = "one => getComputedStyle(one).backgroundColor"
    for step in ("ge-behorighet", "nej", "kollega"):
        page.goto(f"{at}/{step}")
        main = page.locator(".act .button:visible").first.evaluate(ground)
        others = page.locator("main .button.quiet:visible").evaluate_all(
            f"all => all.map({ground})"
        )
        assert others
        assert main not in others
        check(page)
