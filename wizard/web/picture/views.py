"""A picture enlarged, on a page of its own, and the files of real screenshots."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.security import safe_join

from wizard.pictures.catalogue import PICTURES
from wizard.web.assets import YEAR_SECONDS
from wizard.web.picture.shown import gallery, picture_of

blueprint = Blueprint("picture", __name__)
TYPES = {"png": "image/png", "webp": "image/webp"}


@blueprint.get("/bilder/<provider>/<name>")
def show(provider: str, name: str) -> str:
    """The picture, its steps in words, and the way back to where it was."""
    if f"{provider}/{name}" not in PICTURES:
        abort(404)
    picture = picture_of(f"{provider}/{name}")
    return render_template("picture/show.html", picture=picture, before=_page_before())


@blueprint.get("/bilder/<provider>/fil/<name>")
def image(provider: str, name: str) -> Response:
    """A copy of a real screenshot; its name holds the hash of what it shows."""
    ending = name.rpartition(".")[2]
    if ending not in TYPES or provider not in {each.provider for each in PICTURES.values()}:
        abort(404)
    path = safe_join(str(gallery().copies), provider, name)
    if path is None or not Path(path).is_file():
        abort(404)
    response = Response(Path(path).read_bytes(), mimetype=TYPES[ending])  # a copy of ours: small
    response.cache_control.public, response.cache_control.max_age = True, YEAR_SECONDS
    return response


def _page_before() -> str | None:
    """The page of ours that led here, so that without script one gets back to the same place."""
    before = urlsplit(request.referrer or "")
    local = before.netloc == request.host and before.path[:2] not in {"", "//", "/\\"}
    if not local or before.path == request.path:
        return None
    return before.path + (f"?{before.query}" if before.query else "")
