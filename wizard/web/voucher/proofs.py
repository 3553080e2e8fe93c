"""Signed proofs in our links that a document belongs to a voucher, to spare a second lookup."""

from flask import current_app
from itsdangerous import Signer

from wizard.services.books.documents import Place

SALT = "voucher-document"


def prove(connection_id: str, place: Place, label: str) -> str:
    """A signature of the connection's public id, the document's place and the voucher's label."""
    return _signer().get_signature(_said(connection_id, place, label)).decode()


def holds(connection_id: str, place: Place, label: str, proof: str) -> bool:
    """True if the proof is a valid signature of exactly these values."""
    return _signer().verify_signature(_said(connection_id, place, label), proof)


def _said(connection_id: str, place: Place, label: str) -> str:
    return f"{connection_id}\n{place.year_id}\n{place.voucher_id}\n{place.document_id}\n{label}"


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt=SALT, key_derivation="hmac")
