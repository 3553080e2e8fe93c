"""`Vary` names each request header once."""

from flask import Response

from wizard.web.hooks import varying


def test_each_is_named_once() -> None:
    answer = Response()
    varying.say(answer, "Accept-Language", "Cookie")
    varying.say(answer, "Accept-Encoding", "cookie")
    varying.say(answer, "Cookie")
    assert answer.headers.getlist("Vary") == ["Accept-Language, Cookie, Accept-Encoding"]


def test_what_stands_there_is_kept() -> None:
    answer = Response(headers={"Vary": "X-Cookie"})
    varying.say(answer, "Cookie")
    assert answer.headers["Vary"] == "X-Cookie, Cookie"
