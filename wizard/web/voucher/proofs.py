"""Signed proofs in our links that a document belongs to a voucher, to spare a second lookup."""

import json

from itsdangerous import Signer

from wizard.extensions import settings
from wizard.services.books.documents import Place

SALT = "voucher-document"


def prove(connection_id: str, place: Place, label: str) -> str:
    """A signature of the connection's public id, the document's place and the voucher's label."""
    return _signer().get_signature(json.dumps(_values(connection_id, place, label))).decode()


def holds(connection_id: str, place: Place, label: str, proof: str) -> bool:
    """True if the proof is a valid signature of exactly these values, in the form of today or earlier."""
    values = _values(connection_id, place, label)
    forms = [json.dumps(values)]  # a list, so that no values run into each other
    if not any("\n" in value for value in values):
        forms.append("\n".join(values))  # of a link that was made before they were kept apart
    return any(_signer().verify_signature(form, proof) for form in forms)


def _values(connection_id: str, place: Place, label: str) -> tuple[str, ...]:
    return connection_id, place.year_id, place.voucher_id, place.document_id, label


def _signer() -> Signer:
    return Signer(settings.signing_keys, salt=SALT, key_derivation="hmac")
