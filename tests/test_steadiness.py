"""What a test must say so that it ends in the same way at every minute of the hour."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent
FILES = sorted(ROOT.rglob("test_*.py"))
COUNTED_IN = ("web/", "services/accounts/")  # elsewhere 429 is what a provider answers
COUNTED = {"429", "TooManyTriesError"}
# The answer is made by the test, says that others are at it now, or may come and may not.
UNCOUNTED = {
    "test_too_many_tries_says_how_long_to_wait",
    "test_a_press_that_failed_leads_back_to_its_page_if_it_is_ours",
    "test_too_many_at_once_are_told_to_wait",
    "test_ten_that_only_read_make_nothing_but_what_the_history_tells",
    "test_any_address_and_password_are_refused",
    "test_sign_in_stands_any_text",
    "test_every_error_has_a_page_of_its_own_with_a_way_on",
}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_marked(decorators: list[ast.expr]) -> bool:
    return any("half_past" in ast.unparse(decorator) for decorator in decorators)


def test_the_clock_is_set_before_anything_happens() -> None:
    """As an argument it comes after others, and a sign-in then lies in the future."""
    late = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in FILES
        for function in functions(ast.parse(path.read_text()))
        if "half_past" in [argument.arg for argument in function.args.args]
    ]
    assert not late


def test_no_test_that_counts_tries_crosses_the_end_of_a_window() -> None:
    unmarked = []
    for path in FILES:
        if not str(path.relative_to(ROOT)).startswith(COUNTED_IN):
            continue
        tree = ast.parse(path.read_text())
        whole = is_marked([node.value for node in tree.body if isinstance(node, ast.Assign)])
        for function in functions(tree):
            words = {ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.expr)}
            counts = function.name.startswith("test_") and bool(COUNTED & words)
            if counts and not whole and not is_marked(function.decorator_list):
                unmarked.append(function.name)
    assert set(unmarked) == UNCOUNTED


def test_the_codes_of_apps_are_told_in_one_place_which_minds_the_clock() -> None:
    telling = [
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if "TOTP(" in path.read_text()
    ]
    assert set(telling) <= {"support/codes.py", "test_steadiness.py"}
