"""The pages: valid, secure, and with the menus and settings that the help describes."""

from collections.abc import Iterator
from html import unescape

import pytest
import requests

from tests.sandbox.client import Client
from tests.support.pages import check_page, parse
from tests.support.standin import StandIn

STINA, MAIN, WRONG = "Stina Standardföretag", "Norrtälje Bokbinderi AB", "Gamla Bolaget AB"
PORTAL = (
    "/",
    "/bokforing",
    "/fakturering",
    "/installningar",
    "/installningar/behorigheter",
    "/installningar/foretagsuppgifter",
    "/appar",
    "/valj-foretag",
    "/valj-standardforetag",
    "/min-profil",
    "/ovning/",
)


class Visitor(requests.Session):
    """A browser that checks every page."""

    def __init__(self, standin: StandIn) -> None:
        super().__init__()
        self.standin = standin

    def page(self, path: str, status: int = 200, **form: str) -> str:
        """The page after redirects; with fields, submits a form like our own pages."""
        address = f"{self.standin.url}{path}"
        origin = {"Origin": self.standin.url}
        answer = (
            self.post(address, data=form, headers=origin, timeout=10)
            if form
            else self.get(address, timeout=10)
        )
        assert answer.status_code == status, answer.text
        assert "Övningsmiljö" in answer.text
        check_page(parse(answer.text), answer.text, answer.headers)  # type: ignore[arg-type]
        return unescape(answer.text)

    def log_in(self, person: str) -> str:
        """Log in to the program."""
        return self.page("/konto/inloggning", person=person)


@pytest.fixture
def visitor(standin: StandIn) -> Iterator[Visitor]:
    with Visitor(standin) as visitor:
        yield visitor


@pytest.mark.parametrize("path", PORTAL)
def test_a_page_of_the_program_is_valid(visitor: Visitor, path: str) -> None:
    visitor.log_in(STINA)
    visitor.page(path)


def test_the_pages_of_an_authorization_are_valid(visitor: Visitor) -> None:
    client = Client(visitor.standin)
    walk = client.authorize_url().removeprefix(visitor.standin.url)
    assert "Välj vem du är" in visitor.page(walk)
    visitor.log_in(STINA)
    chooser = visitor.page(walk)
    assert chooser.index(WRONG) < chooser.index("Annat Bolag AB") < chooser.index(MAIN)
    assert "559900-1145" in chooser
    elsa = Visitor(visitor.standin)
    elsa.log_in("Elsa Ensam")
    consent = elsa.page(walk)
    assert "Läsa inköp: leverantörsfakturor" in consent
    assert "ändra" not in consent
    elsa.page("/konto/inloggning?resa=x", person="Elsa Ensam", resa="x", status=410)
    visitor.page("/connect/authorize?client_id=fel", status=400)


def test_strangers_are_sent_to_the_login_page(visitor: Visitor) -> None:
    assert "Välj vem du är" in visitor.page("/")
    assert "Sidan finns inte" in visitor.page("/finns-inte", status=404)


def test_the_menu_says_whether_the_company_has_bokforing(visitor: Visitor) -> None:
    visitor.log_in("Vera Välja")
    assert ">Bokföring</a>" in visitor.page("/valj-foretag", foretag="norrtalje")
    assert ">Bokföring</a>" not in visitor.page("/valj-foretag", foretag="bara-fakturering")
    visitor.page("/bokforing", status=404)


def test_behorigheter_shows_programbehorighet_unless_there_is_one_user(visitor: Visitor) -> None:
    visitor.log_in("Bo Begränsad")
    page = visitor.page("/installningar/behorigheter")
    assert "Programbehörighet" in page
    assert "Begränsad</td>" in page
    visitor.log_in("Anna Ek")
    assert "Behörigheter</a>" not in visitor.page("/installningar")
    visitor.page("/installningar/behorigheter", status=404)


def test_the_star_is_removed_and_set(visitor: Visitor) -> None:
    visitor.log_in(STINA)
    assert 'value="gamla" checked' in visitor.page("/valj-standardforetag")
    assert "inget standardföretag" in visitor.page("/valj-standardforetag", spara="ja")
    saved = visitor.page("/valj-standardforetag", stjarna="norrtalje")
    assert 'value="norrtalje" checked' in saved
    visitor.page("/valj-standardforetag", status=400, stjarna="stora")


def test_only_one_company_may_have_the_star(visitor: Visitor) -> None:
    visitor.log_in(STINA)
    two = {"stjarna": ["gamla", "norrtalje"]}
    answer = visitor.post(f"{visitor.standin.url}/valj-standardforetag", data=two, timeout=10)
    assert (answer.status_code, "bara ha ett" in answer.text) == (400, True)


def test_removing_the_program_ends_all_of_the_users_grants(visitor: Visitor) -> None:
    standin = visitor.standin
    client, tokens = Client(standin), standin.mint(STINA, MAIN)[0]
    standin.mint(STINA, WRONG)
    standin.mint("Elsa Ensam", MAIN)
    visitor.log_in(STINA)
    profile = visitor.page("/min-profil")
    assert "Senseworks" in profile
    assert f"{WRONG}, {MAIN}" in profile
    assert "Inget program har åtkomst" in visitor.page("/min-profil", bort="ja")
    assert [grant.person for grant in standin.grants()] == ["Elsa Ensam"]
    assert client.refresh(tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_logging_out_forgets_the_person(visitor: Visitor) -> None:
    visitor.log_in(STINA)
    assert "Välj vem du är" in visitor.page("/logga-ut", x="y")
    assert "Välj vem du är" in visitor.page("/")


def test_the_cookie_and_the_headers_are_strict(visitor: Visitor) -> None:
    client = Client(visitor.standin)
    login = {"person": STINA}
    answer = visitor.post(
        f"{visitor.standin.url}/konto/inloggning", data=login, allow_redirects=False, timeout=10
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("ovningsmiljo_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    policy = visitor.get(client.authorize_url(), timeout=10).headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:5000" in policy
    assert "script-src" not in policy


def test_forms_from_other_sites_are_refused(visitor: Visitor) -> None:
    visitor.log_in(STINA)
    for origin in ("http://localhost:5000", "https://ond.example", "null"):
        answer = visitor.post(
            f"{visitor.standin.url}/min-profil", headers={"Origin": origin}, timeout=10
        )
        assert answer.status_code == 403
    mischief = visitor.post(f"{visitor.standin.url}/ovning/reset", headers={"Origin": "null"})
    assert mischief.status_code == 403


VERA = "Vera Välja"


@pytest.mark.parametrize(
    ("company", "page", "words"),
    [
        ("modul-saknas", "/appar", "Integration är avslagen"),
        ("startguiden", "/", "Gör klart startguiden"),
        ("avtal", "/", "Godkänn avtalet"),
        ("avstangda", "/", "Starta abonnemanget igen"),
        ("inaktiva", "/", "Starta abonnemanget igen"),
    ],
)
def test_what_is_wrong_with_a_company_is_put_right_in_the_program(
    visitor: Visitor, company: str, page: str, words: str
) -> None:
    client = Client(visitor.standin)
    token = client.tokens(VERA, company)["access_token"]
    before = client.get("companysettings", token)
    assert before.status_code == 403 or before.json()["CompanyStatus"] == 0
    visitor.log_in(VERA)
    visitor.page("/valj-foretag", foretag=company)
    assert words in visitor.page(page)
    visitor.page("/atgarda", vad="ja")
    assert words not in visitor.page(page)
    assert client.get("companysettings", token).json()["CompanyStatus"] == 1


def test_a_number_that_is_filled_in_is_the_companys(visitor: Visitor) -> None:
    visitor.log_in(VERA)
    visitor.page("/valj-foretag", foretag="saknar-nummer")
    assert "Saknas</dd>" in visitor.page("/")
    visitor.page("/installningar/foretagsuppgifter", nummer="559900-9999")
    assert "559900-9999" in visitor.page("/")
    client = Client(visitor.standin)
    token = client.tokens(VERA, "saknar-nummer")["access_token"]
    settings = client.get("companysettings", token).json()
    assert settings["CorporateIdentityNumber"] == "559900-9999"


def test_a_permission_is_raised_by_somebody_who_has_it(visitor: Visitor) -> None:
    visitor.log_in("Bo Begränsad")
    path = "/installningar/behorigheter"
    assert "Gör Fullständig" not in visitor.page(path)
    visitor.page(path, status=403, person="Bo Begränsad")
    visitor.log_in(VERA)
    visitor.page("/valj-foretag", foretag="norrtalje")
    assert "Gör Fullständig: Bo Begränsad" in visitor.page(path)
    assert "Gör Fullständig: Bo Begränsad" not in visitor.page(path, person="Bo Begränsad")
