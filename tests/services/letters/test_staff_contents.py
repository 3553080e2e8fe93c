"""What letters to staff say of a broken connection."""

import pytest

from wizard.causes import CAUSES, Cause
from wizard.mail.rendering import render
from wizard.models import Letter, LetterKind, LetterStatus, now
from wizard.services.letters.staff_contents import Broken


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", [LetterKind.WARNING, LetterKind.WARNING_DEPUTY])
def test_every_cause_can_be_told_in_both_languages(kind: LetterKind, language: str) -> None:
    for cause in (None, *Cause):
        broken = Broken(
            company="Bolag AB",
            number="5591234561",
            provider="visma",
            cause=cause,
            cure=f"http://localhost/hjalp/{CAUSES[cause].help}" if cause else None,
            since=now(),
            is_disturbed=cause is Cause.PROVIDER_UNAVAILABLE,
            page="http://localhost/foretag/x/ladda-upp-data",
        )
        facts = {"broken": [broken], "number_broken": 1, "more": 0, "list": "http://localhost"}
        about = Letter(recipient="olga@example.com", status=LetterStatus.SENT, sent_at=now())
        people = {"about": about, "firm": "Byrån AB", "all_disturbed": broken.is_disturbed}
        words = render(kind.value, language, facts | people)
        for said in (words.text, words.body):
            assert broken.page in said
            assert "None" not in said
            assert broken.cure is None or broken.cure in said
