"""Only calls in the list leave us: whatever else is tried is refused before it is sent."""

import ast
import json
import re
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.test_schema import PUBLISHED
from tests.support.standin import StandIn
from wizard.config import ROOT
from wizard.providers.allowed_calls import ALLOWED, AllowedCalls, CallNotAllowedError, Host, Purpose
from wizard.providers.http import BoundedAdapter
from wizard.providers.visma import Visma
from wizard.registry import make_providers
from wizard.sandbox.trap import EXPECTED

AN_ID = "57042a00-2026-4000-8000-000000000012"
LOGIN, API = "https://login.visma.test", "https://api.visma.test"
VISMA = AllowedCalls(ALLOWED["visma"], {Host.LOGIN: LOGIN, Host.API: API})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OWN = [call for call in ALLOWED["visma"] if call.host is not Host.FILES]


def _address(host: Host, path: str) -> str:
    return f"{LOGIN if host is Host.LOGIN else API}{path.replace('{id}', AN_ID)}"


def _is_allowed(method: str, url: str) -> bool:
    try:
        VISMA.demand(method, url)
    except CallNotAllowedError:
        return False
    return True


def test_every_call_in_the_list_is_allowed_with_its_own_method_only() -> None:
    for call in OWN:
        url = _address(call.host, call.path)
        allowed = {(one.method) for one in OWN if one.path == call.path}
        for method in METHODS:
            assert _is_allowed(method, url) == (method in allowed), (method, url)
            assert _is_allowed(method, f"{url}?$page=2") == (method in allowed)


def test_only_the_log_in_is_written_to() -> None:
    assert {call.host for call in ALLOWED["visma"] if not call.reads} == {Host.LOGIN}
    assert {call.method for call in ALLOWED["visma"]} == {"GET", "POST"}


@pytest.mark.skipif(
    not PUBLISHED.exists(), reason="Visma's description is not beside the repository"
)
def test_of_all_that_vismas_api_can_do_only_reading_of_the_books_is_allowed() -> None:
    described = json.loads(PUBLISHED.read_text(encoding="utf-8"))["paths"]
    allowed = set()
    for template, item in described.items():
        path = re.sub(r"\{\w+\}", AN_ID, template)
        full = path if path.startswith("/v2") else f"/v2{path}"
        for method in {"get", "post", "put", "patch", "delete"} & item.keys():
            if _is_allowed(method.upper(), f"{API}{full}"):
                allowed.add((method.upper(), full.replace(AN_ID, "{id}")))
    assert allowed == {(call.method, call.path) for call in OWN if call.host is Host.API}


PARTS = st.sampled_from(
    ["v2", "v1", "vouchers", "attachments", "customerinvoices", "pdf", "..", ".", "", AN_ID, "1",
     "%2e%2e", "users", "connect", "token", "revocation", "companysettings", "articles", "approval"]
)  # fmt: skip


@given(st.sampled_from(METHODS), st.sampled_from([LOGIN, API, "https://other.test", f"{API}.test"]),
       st.lists(PARTS, max_size=5))  # fmt: skip
def test_a_path_made_of_parts_is_allowed_only_if_it_stands_in_the_list(
    method: str, base: str, parts: list[str]
) -> None:
    path = f"/{'/'.join(parts)}"
    listed = {(call.method, _address(call.host, call.path)) for call in OWN}
    assert _is_allowed(method, f"{base}{path}") == ((method, f"{base}{path}") in listed)


@pytest.fixture
def adapter(visma_app: object, visma: StandIn) -> BoundedAdapter:
    addresses = {Host.LOGIN: visma.url, Host.API: visma.url}
    return BoundedAdapter("visma", AllowedCalls(ALLOWED["visma"], addresses))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(METHODS[2:6]), parts=st.lists(PARTS, min_size=1, max_size=3))
def test_what_is_not_in_the_list_never_reaches_the_provider(
    adapter: BoundedAdapter, visma: StandIn, method: str, parts: list[str]
) -> None:
    visma.clear_counters()
    request = requests.Request(method, f"{visma.url}/v2/{'/'.join(parts)}").prepare()
    with pytest.raises(CallNotAllowedError):
        adapter.send(request, timeout=5.0)
    assert visma.counters() == {}
    assert visma.unexpected() == []


def test_the_providers_own_calls_are_checked(visma: StandIn, provider: Visma) -> None:
    token = visma.mint("Vera Välja", "Norrtälje Bokbinderi AB")[0]["access_token"]
    with pytest.raises(CallNotAllowedError) as refused:
        provider._get(token, "articles", timeout=5)  # noqa: SLF001 -- no verb of the provider asks for more
    assert refused.value.code == "call_not_allowed"
    assert not refused.value.transient


def test_the_trap_notes_what_is_not_reading(visma: StandIn) -> None:
    requests.put(f"{visma.url}/v2/vouchers", timeout=5)
    requests.get(f"{visma.url}/v2/articles", timeout=5)
    requests.get(f"{visma.url}/v2/vouchers", timeout=5)
    requests.delete(f"{visma.url}/temp/fileanonymous/{AN_ID}", timeout=5)
    assert visma.unexpected() == [
        "PUT /v2/vouchers",
        "GET /v2/articles",
        f"DELETE /temp/fileanonymous/{AN_ID}",
    ]
    visma.reset()  # else this test would fail too
    assert visma.unexpected() == []


def test_the_trap_expects_the_same_calls_as_the_list() -> None:
    for call in ALLOWED["visma"]:
        path = call.path or "/temp/fileanonymous/{id}"
        assert EXPECTED.fullmatch(f"{call.method} {path.replace('{id}', AN_ID)}"), call
    alternatives = EXPECTED.pattern.replace("|POST /connect/(token|revocation)", "")
    assert set(re.findall(r"[A-Z]{3,}", alternatives)) == {"GET", "POST"}


def test_providers_speak_http_in_two_places_only() -> None:
    """The adapter, which holds the list, and the fetching of files, which has only GET."""
    speaks = re.compile(
        r"OAuth2Session\(|\bSession\(|requests\.(get|post|put|request)\(|HTTPAdapter"
    )
    places = sorted((ROOT / "wizard" / "providers").glob("*.py"))
    assert [path.name for path in places if speaks.search(path.read_text("utf-8"))] == ["http.py"]
    methods = [
        node.args[0].value
        for path in places
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ask"
        and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    assert methods == [call.method for call in ALLOWED["visma"] if call.host is Host.FILES]


def test_every_provider_has_its_list_and_words_for_each_purpose(visma_app: object) -> None:
    names = set(make_providers(visma_app.extensions["settings"]))  # type: ignore[attr-defined]
    assert names == set(ALLOWED)
    for name in names:
        used = {call.purpose.value for call in ALLOWED[name]}
        assert used <= {purpose.value for purpose in Purpose}
        for language in ("sv", "en"):
            file = Path(ROOT, "templates", "providers", name, language, "calls.html")
            told = set(re.findall(r"^  '(\w+)':", file.read_text("utf-8"), re.MULTILINE))
            assert told == used
