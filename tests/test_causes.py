"""The table of causes holds every fact about them, and its ranks are an order."""

from wizard.causes import CAUSES, TOLD, Cause, Way


def with_fact(name: str) -> set[Cause]:
    """The causes that have a fact."""
    return {cause for cause, facts in CAUSES.items() if getattr(facts, name)}


def test_no_two_causes_have_the_same_rank() -> None:
    ranks = sorted(facts.rank for facts in CAUSES.values() if facts.rank is not None)
    assert ranks == list(range(1, len(ranks) + 1))


def test_another_company_is_never_suspected_of_a_cause_that_says_so_itself() -> None:
    assert not with_fact("chose_wrong") & with_fact("maybe_wrong_company")


def test_what_is_about_the_person_is_not_mended_for_the_company() -> None:
    assert with_fact("mended_at_provider") == {
        Cause.COMPANY_INACTIVE,
        Cause.LICENCE_NOT_ACCEPTED,
        Cause.MODULE_MISSING,
        Cause.NUMBER_MISSING,
        Cause.STARTUP_GUIDE,
    }
    assert with_fact("of_approver") == {Cause.PERMISSION_MISSING, Cause.USER_NOT_IN_COMPANY}


def test_known_to_be_the_right_company_it_is_not_chosen_again() -> None:
    for cause, facts in CAUSES.items():
        if facts.rank is not None:
            ways = facts.ways_on(right_company=True, told=False)
            assert Way.CHOOSE_AGAIN not in ways, cause
            assert Way.NO_CHOICE not in ways, cause


def test_who_has_told_the_sender_is_not_asked_to_do_it_again() -> None:
    telling = {Way.TELL_SENDER, Way.QUESTION_NUMBER}
    for cause, facts in CAUSES.items():
        assert not telling & set(facts.told_ways), cause
        if telling & {*facts.ways, *(facts.right_ways or ())}:
            assert facts.told_ways, cause
    assert {Cause.NUMBER_MISSING, Cause.NOT_SWEDISH, Cause.NO_BOOKKEEPING} <= set(TOLD)
