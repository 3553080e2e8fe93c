"""Takes a manifest, and at most one file, and says what they prove; nothing is kept."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.datastructures import FileStorage

from wizard.extensions import signer
from wizard.models import User
from wizard.services.evidence.proof import (
    LARGEST_MANIFEST,
    Entry,
    NoManifestError,
    Proof,
    digest_of,
    read_manifest,
)
from wizard.web import limits
from wizard.web.hooks.access import ViewResponse, staff_only

blueprint = Blueprint("proof", __name__)
LARGEST_FILE = 25 * 1024 * 1024
LARGEST_UPLOAD = LARGEST_FILE + LARGEST_MANIFEST + 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What was given, and what is known of it."""

    has_manifest: bool
    has_file: bool
    proof: Proof | None = None
    entry: Entry | None = None
    is_too_large: bool = False


@blueprint.url_value_preprocessor
def _let_files_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A file may be larger than a form; decided before the body is read."""
    if endpoint == "proof.index":
        request.max_content_length = LARGEST_UPLOAD


@blueprint.route("/bevis", methods=["GET", "POST"])
@staff_only
def index(user: User) -> ViewResponse:
    """Show the form, and what the given manifest and file prove."""
    answer = None
    if request.method == "POST":
        limits.proofs(user)
        answer = _judged(request.files.get("underlag"), request.files.get("fil"))
        for file in request.files.values():
            file.close()
    return render_template("proof/index.html", answer=answer)


def _judged(manifest: FileStorage | None, file: FileStorage | None) -> Answer:
    has_file = bool(file and file.filename)
    if manifest is None or not manifest.filename:
        return Answer(has_manifest=False, has_file=has_file)
    content = manifest.stream.read(LARGEST_MANIFEST + 1)
    try:
        proof = read_manifest(content, signer())
    except NoManifestError:
        return Answer(has_manifest=True, has_file=has_file)
    if file is None or not has_file:
        return Answer(has_manifest=True, has_file=False, proof=proof)
    if _size(file) > LARGEST_FILE:
        return Answer(has_manifest=True, has_file=True, proof=proof, is_too_large=True)
    entry = proof.entry_of(digest_of(file.stream))
    return Answer(has_manifest=True, has_file=True, proof=proof, entry=entry)


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size
