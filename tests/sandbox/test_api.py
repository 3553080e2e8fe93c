"""The API: access control, faults, paging, filters and the rate limit."""

from typing import Any

import pytest
import requests

from tests.sandbox.client import Client
from tests.support.standin import StandIn

MAIN = "Norrtälje Bokbinderi AB"
CODES = {
    "Modul Saknas AB": ("companysettings", 403, 4002),
    "Startguiden Ej Klar AB": ("companysettings", 403, 4003),
    "Avstängda AB": ("companysettings", 403, 4004),
    "Saknar Scope AB": ("vouchers", 403, 4006),
    "Saknar Behörighet AB": ("vouchers", 403, 4007),
    "Fel Produktvariant AB": ("vouchers", 403, 4009),
    "Överbelastade AB": ("companysettings", 429, 4010),
    "Utan Åtkomst AB": ("companysettings", 403, 4011),
    "Avtal Ej Godkänt AB": ("companysettings", 403, 4012),
    "Sandlådeklient AB": ("companysettings", 403, 4034),
    "Trasiga Svar AB": ("companysettings", 500, 5000),
}


@pytest.fixture
def client(standin: StandIn) -> Client:
    return Client(standin)


def token_for(
    client: Client, company: str = MAIN, person: str = "Vera Välja", scope: str | None = None
) -> str:
    return str(client.standin.mint(person, company, scope=scope)[0]["access_token"])


def numbers(answer: requests.Response) -> list[str]:
    return [row["NumberAndNumberSeries"] for row in answer.json()["Data"]]


@pytest.mark.parametrize("company", CODES)
def test_a_company_answers_with_the_error_code_in_its_name(client: Client, company: str) -> None:
    path, status, code = CODES[company]
    answer = client.get(path, token_for(client, company))
    assert (answer.status_code, answer.json()["ErrorCode"]) == (status, code)
    assert set(answer.json()) == {"ErrorCode", "DeveloperErrorMessage", "ErrorId"}
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    settings = client.get("companysettings", token_for(client, company))
    assert (settings.status_code == 200) is (path == "vouchers")


@pytest.mark.parametrize(
    ("company", "field", "value"),
    [
        ("Inaktiva AB", "CompanyStatus", 0),
        ("Bara Läsa AB", "CompanyStatus", 2),
        ("Bara Fakturering AB", "ProductVariant", 2),
        ("Norskt Selskap AS", "CountryCode", "NO"),
        ("Saknar Nummer AB", "CorporateIdentityNumber", None),
        ("Annat Bolag AB", "CorporateIdentityNumber", "5599001210"),
    ],
)
def test_a_companys_settings_match_its_name(
    client: Client, company: str, field: str, value: object
) -> None:
    assert client.get("companysettings", token_for(client, company)).json()[field] == value


def test_companies_can_be_slow_or_broken(client: Client) -> None:
    client.standin.configure(slow_seconds=0.01)
    assert client.get("companysettings", token_for(client, "Långsamma Svar AB")).ok
    page = client.get("companysettings", token_for(client, "Svarar HTML AB"))
    assert (page.status_code, page.headers["Content-Type"][:9]) == (200, "text/html")
    assert client.get("companysettings", token_for(client, "Ligger Nere AB")).status_code == 503
    with pytest.raises(requests.ConnectionError):
        client.get("companysettings", token_for(client, "Bryter Förbindelsen AB"))


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer fel", "Basic fel"])
def test_without_a_good_token_the_answer_is_4005(standin: StandIn, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{standin.url}/v2/vouchers", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (401, 4005)


def test_each_resource_demands_its_scope(client: Client) -> None:
    accounting = token_for(client, scope="ea:api ea:accounting_readonly")
    assert client.get("vouchers", accounting).status_code == 200
    for path in ("companysettings", "supplierinvoices"):
        assert client.get(path, accounting).json()["ErrorCode"] == 4006
    assert client.get("users", token_for(client, scope="ea:sales_readonly")).status_code == 403


def test_bo_may_read_the_company_but_not_its_vouchers(client: Client) -> None:
    token = token_for(client, person="Bo Begränsad")
    assert client.get("companysettings", token).status_code == 200
    for path in ("vouchers", "attachments", "supplierinvoices"):
        assert client.get(path, token).json()["ErrorCode"] == 4007


def test_users_say_who_approved_and_who_is_inactive(client: Client) -> None:
    rows = client.get("users", token_for(client, person="Inga Inaktiv")).json()["Data"]
    current = [row for row in rows if row["IsCurrentUser"]]
    assert [(row["FirstName"], row["IsActive"]) for row in current] == [("Inga", False)]
    consultants = [row["FirstName"] for row in rows if row["IsConsultant"]]
    assert consultants == ["Klara"]


def test_lists_come_in_pages_of_fifty(client: Client) -> None:
    token = token_for(client, "Stora Bolaget AB")
    first = client.get("vouchers", token).json()
    assert (len(first["Data"]), first["Meta"]["TotalNumberOfResults"]) == (50, 161_000)
    last = client.get("vouchers", token, page="3220").json()
    assert last["Data"][-1]["NumberAndNumberSeries"] == "A100000"
    assert client.get("vouchers", token, page="3221").json()["Data"] == []
    assert len(client.get("vouchers", token, pagesize="7").json()["Data"]) == 7
    for wrong in ({"page": "0"}, {"pagesize": "alla"}, {"page": "-1"}):
        assert client.get("vouchers", token, **wrong).json()["ErrorCode"] == 6000


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("NumberSeries eq 'A' and Number eq 12", ["A12"]),
        ("NumberSeries eq 'B' and Number lt 2", ["B1"]),
        ("Number gt 15 and Number le 17", ["A16", "A17"]),
        ("year(VoucherDate) eq 2026 and month(VoucherDate) eq 1", [f"A{n}" for n in range(1, 10)]),
        ("contains(VoucherText,'20 MB')", ["A13"]),
        ("(Number eq 1 or Number eq 2) and NumberSeries eq 'B'", ["B1", "B2"]),
        ("not (NumberSeries eq 'A')", ["B1", "B2"]),
        ("VoucherDate ge 2026-02-22 and VoucherDate lt 2026-02-28T00:00:00Z", ["A17", "B1"]),
        ("VoucherType eq 14 or VoucherType eq 15", ["A7", "A8"]),
        ("NumberAndNumberSeries eq 'A5'", ["A5"]),
        ("SourceId eq null and Number eq 5", ["A5"]),
    ],
)
def test_vouchers_are_filtered(client: Client, wanted: str, found: list[str]) -> None:
    token = token_for(client)
    year = client.get("fiscalyears", token).json()["Data"][0]["Id"]
    assert numbers(client.get(f"vouchers/{year}", token, filter=wanted)) == found


@pytest.mark.parametrize(
    "wanted",
    [
        "Number eq",
        "Hittepå eq 1",
        "Number eq 'tolv' and",
        "Number gt 'tolv'",
        "year(Number) eq 1",
        "contains(VoucherText)",
        "((((" * 50,
        "Number eq 1; drop",
        "Number eq 1 Number eq 2",
        "x" * 3000,
    ],
)
def test_an_invalid_filter_is_error_6000(client: Client, wanted: str) -> None:
    answer = client.get("vouchers", token_for(client), filter=wanted)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (400, 6000)


def test_a_number_may_be_refused_as_a_filter(client: Client) -> None:
    token = token_for(client, "Vägrar Nummerfilter AB")
    assert client.get("vouchers", token, filter="Number eq 1").json()["ErrorCode"] == 6000
    assert client.get("vouchers", token, filter="NumberSeries eq 'A'").status_code == 200


def test_vouchers_are_ordered(client: Client) -> None:
    answer = client.get("vouchers", token_for(client), orderby="VoucherDate desc", pagesize="3")
    assert numbers(answer) == ["B2", "B1", "A17"]
    wrong = client.get("vouchers", token_for(client), orderby="Hittepå")
    assert wrong.json()["ErrorCode"] == 6000


def test_unknown_ids_are_not_found(client: Client) -> None:
    token, nothing = token_for(client), "00000000-0000-4000-8000-000000000000"
    year = client.get("fiscalyears", token).json()["Data"][0]["Id"]
    paths = (f"vouchers/{nothing}", f"vouchers/{year}/{nothing}", f"attachments/{nothing}")
    for path in (*paths, f"fiscalyears/{nothing}", f"customerinvoices/{nothing}/pdf"):
        assert client.get(path, token).status_code == 404


def test_the_quota_is_counted_per_endpoint_and_resets_after_a_minute(client: Client) -> None:
    token = token_for(client)
    client.standin.configure(rate_limit=2)
    statuses = [client.get("vouchers", token).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.get("vouchers", token).json()
    assert refused["ErrorCode"] == 4010
    assert "maximum admitted 2 per Minute. Try again in " in refused["DeveloperErrorMessage"]
    assert client.get("companysettings", token).status_code == 200
    assert client.standin.counters()["too_many_requests"] == 2
    client.standin.configure(clock_offset=61)
    assert client.get("vouchers", token).status_code == 200


@pytest.mark.parametrize(
    ("happening", "path", "code"),
    [
        ({"event": "consent_removed", "person": "Vera Välja"}, "companysettings", 4005),
        ({"event": "password_changed", "person": "Vera Välja"}, "companysettings", 4005),
        ({"event": "user_removed", "person": "Vera Välja"}, "companysettings", 4011),
        ({"event": "module_off", "company": MAIN}, "companysettings", 4002),
        ({"event": "permission_lost", "person": "Vera Välja"}, "vouchers", 4007),
    ],
)
def test_an_event_at_visma_takes_effect_at_once(
    client: Client, happening: dict[str, Any], path: str, code: int
) -> None:
    token = token_for(client)
    client.standin.happens(**happening)
    assert client.get(path, token).json()["ErrorCode"] == code


def test_a_company_and_a_user_can_become_inactive(client: Client) -> None:
    token = token_for(client)
    client.standin.happens("company_inactive", company=MAIN)
    client.standin.happens("user_inactive", "Vera Välja")
    assert client.get("companysettings", token).json()["CompanyStatus"] == 0
    rows = client.get("users", token).json()["Data"]
    assert [row["IsActive"] for row in rows if row["IsCurrentUser"]] == [False]


def test_an_endpoint_can_be_made_to_fail_a_number_of_times(client: Client) -> None:
    token = token_for(client)
    client.standin.fail("vouchers", "error_code", 5001, company=MAIN, times=2)
    assert [client.get("vouchers", token).status_code for _ in range(3)] == [500, 500, 200]
    client.standin.fail("token", "status", 503)
    assert client.refresh("x").status_code == 503
    client.standin.heal()
    assert client.refresh("x").status_code == 400
    with pytest.raises(ValueError, match="unknown setting: hittepå"):
        client.standin.configure(hittepå=1)
