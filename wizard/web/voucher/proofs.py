"""Proof, carried by a link of ours, that a document is a voucher's: what was found once is not asked again."""

from flask import current_app
from itsdangerous import Signer

from wizard.services.documents import Place

SALT = "voucher-document"


def prove(connection_id: str, place: Place, label: str) -> str:
    """A signature over the connection's public id, where the document is and the voucher's label."""
    return _signer().get_signature(_said(connection_id, place, label)).decode()


def holds(connection_id: str, place: Place, label: str, proof: str) -> bool:
    """Whether the proof is ours, and for just this."""
    return _signer().verify_signature(_said(connection_id, place, label), proof)


def _said(connection_id: str, place: Place, label: str) -> str:
    return f"{connection_id}\n{place.year_id}\n{place.voucher_id}\n{place.document_id}\n{label}"


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt=SALT, key_derivation="hmac")
