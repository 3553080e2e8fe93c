"""The application's URLs are made once each, and its templates find their globals quickly."""

from typing import Any

from flask import Flask, url_for

from wizard.web.application import MOST_KEPT, Addresses, Globals
from wizard.web.hooks.security import SECRET_ENDPOINTS


def kept(app: Flask) -> dict[Any, str]:
    assert isinstance(app.url_map, Addresses)
    return app.url_map.kept


def test_templates_have_our_globals(app: Flask) -> None:
    assert isinstance(app.jinja_env.get_template("base.html").globals, Globals)


def test_a_path_that_was_made_is_the_same_again(app: Flask) -> None:
    with app.test_request_context("/"):
        made = url_for("help.article", article="standardforetag")
        before = len(kept(app))
        assert url_for("help.article", article="standardforetag") == made
        assert len(kept(app)) == before
        assert url_for("help.article", article="standardforetag", lang="en") == f"{made}?lang=en"
        assert url_for("company.index", a=1) != url_for("company.index", a=True)
        assert url_for("company.index", a=["x", "y"]) == "/foretag?a=x&a=y"


def test_where_the_application_stands_and_whole_addresses_are_never_mixed_up(app: Flask) -> None:
    paths = set()
    for root in ("", "/guide"):
        with app.test_request_context("/", base_url=f"http://localhost{root}/"):
            paths |= {url_for("company.index"), url_for("company.index", _external=True)}
    assert paths == {
        "/foretag", "/guide/foretag", "http://localhost/foretag", "http://localhost/guide/foretag",
    }  # fmt: skip


def test_no_path_with_a_secret_is_kept(app: Flask) -> None:
    with app.test_request_context("/"):
        for rule in app.url_map.iter_rules():
            if rule.endpoint in SECRET_ENDPOINTS:
                url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "hemlig"))  # type: ignore[arg-type]
    assert "hemlig" not in str(kept(app))


def test_only_so_many_are_kept(app: Flask) -> None:
    with app.test_request_context("/"):
        for number in range(MOST_KEPT + 5):
            assert url_for("company.index", page=number) == f"/foretag?page={number}"
    assert 0 < len(kept(app)) <= MOST_KEPT
