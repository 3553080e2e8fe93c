"""The consent's words: kept by version, and shown on the receipt as they were read."""

from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.traveller import HERS, Traveller
from wizard.config import ROOT
from wizard.models import Consent
from wizard.registry import make_providers
from wizard.services.authorizations.promotion import WORDING

# What has been shown to people who then approved. Words change by a new version and a new line
# here; those that somebody has approved are never edited.
KEPT = {
    ("visma", "2026-11", "sv"): "401891ae3b9e8d1b",
    ("visma", "2026-11", "en"): "2c02d8aba478ee0f",
    ("visma", "2026-12", "sv"): "9fb126cf2b674e68",
    ("visma", "2026-12", "en"): "1bcfaa8594cfd299",
}


@pytest.mark.parametrize(("kept", "digest"), KEPT.items())
def test_words_that_were_approved_are_never_changed(
    kept: tuple[str, str, str], digest: str
) -> None:
    provider, version, language = kept
    words = ROOT / "templates/providers" / provider / language / "consent" / f"{version}.html"
    assert sha256(words.read_bytes()).hexdigest()[:16] == digest, "write a new version instead"


def test_every_version_there_is_is_kept() -> None:
    there = {
        (path.parts[-4], path.stem, path.parts[-3])
        for path in (ROOT / "templates/providers").glob("*/*/consent/*.html")
    }
    assert there == set(KEPT)


def test_the_words_now_are_kept_for_every_provider_and_language(approver: Traveller) -> None:
    for provider in make_providers(approver.app.extensions["settings"]):
        assert {(provider, WORDING, "sv"), (provider, WORDING, "en")} <= set(KEPT)


@pytest.mark.parametrize(
    ("language", "said"), [("sv", "När du godkänner får Byrån AB läsa"), ("en", "When you approve")]
)
def test_the_receipt_shows_the_words_in_the_language_they_were_read(
    approver: Traveller, database: Session, language: str, said: str
) -> None:
    approver.browser.get(f"/sprak/{language}", 303)
    shown = approver.go_straight().get("ge-behorighet", 200)
    assert said in shown.words
    approver.approve()
    assert database.scalars(select(Consent.wording)).one() == f"2026-12/{language}"
    approver.browser.get("/sprak/sv", 303)
    receipt = approver.get("klart", 200)
    assert "Så löd texten" in receipt.words
    assert said in receipt.words
    assert HERS in receipt.words
