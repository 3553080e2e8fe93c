"""The page of an enlarged picture, and the image files of real screenshots."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.security import safe_join

from wizard.pictures.catalogue import PICTURES
from wizard.web.help.links import reader, way_back
from wizard.web.hooks.assets import YEAR_SECONDS
from wizard.web.onboarding.visit import visit_of
from wizard.web.picture.shown import gallery, picture_of

blueprint = Blueprint("picture", __name__)
TYPES = {"png": "image/png", "webp": "image/webp"}


@blueprint.get("/bilder/<provider>/<name>")
def show(provider: str, name: str) -> str:
    """Show the picture with its steps as text, and a link back; a sketch shows the reader's own company."""
    if f"{provider}/{name}" not in PICTURES:
        abort(404)
    key = reader()
    picture = picture_of(f"{provider}/{name}", visit_of(key) if key else None)
    before = _page_before() or (way_back(key) if key else None)
    return render_template("picture/show.html", picture=picture, before=before)


@blueprint.get("/bilder/<provider>/fil/<name>")
def image(provider: str, name: str) -> Response:
    """Send our copy of a real screenshot; its name holds a hash of its content."""
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
    """The referring page if it is ours, so that the link back works without JavaScript."""
    before = urlsplit(request.referrer or "")
    local = before.netloc == request.host and before.path[:2] not in {"", "//", "/\\"}
    if not local or before.path == request.path:
        return None
    return before.path + (f"?{before.query}" if before.query else "")
