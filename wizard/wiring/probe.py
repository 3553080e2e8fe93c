"""A mark of our own on a request to our public address, so that the answer may say how it came."""

from itsdangerous import BadSignature, URLSafeTimedSerializer

from wizard.extensions import settings

PARAMETER = "prov"
SECONDS = 60


def mark() -> str:
    """A new mark, good for a minute."""
    return str(_serializer().dumps("doctor"))


def is_ours(mark: str) -> bool:
    """Whether whoever sent it has our secret key."""
    try:
        _serializer().loads(mark, max_age=SECONDS)
    except BadSignature:
        return False
    return True


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.signing_keys, salt="doctor")
