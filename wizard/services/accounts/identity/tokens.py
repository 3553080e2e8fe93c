"""ID tokens: signed by the provider's key of today, meant for us, and of this attempt."""

import json
import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from joserfc.jws import extract_compact

# Signatures by a key that only the provider has; never "none", nor HMAC with what others know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]  # fmt: skip
LEEWAY = 60  # seconds that clocks may differ
LONGEST = 64 * 1024
MOST_KEYS = 50
TENANT = "{tenantid}"


class TokenRefusedError(Exception):
    """The ID token proves nothing to us; ``code`` says why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verify(
    token: str, keys: object, *, issuer: str, client_id: str, nonce: str | None
) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7). Raises TokenRefusedError.

    ``keys`` is the provider's JWKS as parsed JSON. ``nonce`` is None for a token of a refresh, which
    need not repeat it.
    """
    claims = _signed(token, keys, issuer)
    if claims.get("iss") != issuer:
        raise TokenRefusedError("issuer")
    _is_for(claims, client_id)
    _is_timely(claims)
    if nonce is not None and not secrets.compare_digest(
        str(claims.get("nonce", "")).encode(), nonce.encode()
    ):
        raise TokenRefusedError("nonce")
    return claims


def signed_in_since(claims: dict[str, Any], moment: int) -> bool:
    """True if the provider says that she proved who she is after this moment (``auth_time``), in seconds."""
    told = _moment(claims, "auth_time")
    return told is not None and told >= moment - LEEWAY


def _signed(token: str, keys: object, issuer: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise TokenRefusedError("length")
    try:
        unread = extract_compact(token.encode())
        header, said = unread.headers(), json.loads(unread.payload)
    except (JoseError, ValueError, UnicodeError):
        raise TokenRefusedError("form") from None
    if not isinstance(said, dict):
        raise TokenRefusedError("form")
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefusedError("algorithm")
    for key in _candidates(keys, header.get("kid"), issuer, said.get("tid")):
        try:
            return dict(jwt.decode(token, key, algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            continue
    raise TokenRefusedError("signature")


def _candidates(
    keys: object, kid: object, issuer: str, tenant: object
) -> list[RSAKey | ECKey | OKPKey]:
    """The keys that may have signed: by the name that the token gives, else all of them."""
    listed = keys.get("keys") if isinstance(keys, dict) else None
    found = []
    for one in (listed if isinstance(listed, list) else [])[:MOST_KEYS]:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        if kid is not None and one.get("kid") != kid:
            continue
        if not _is_of_issuer(one, issuer, tenant):
            continue
        try:
            key = import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            found.append(key)
    return found


def _is_of_issuer(key: dict[str, Any], issuer: str, tenant: object) -> bool:
    """Entra ID says of each key whose it is: an issuer, where {tenantid} stands for the token's tenant."""
    whose = key.get("issuer")
    return whose is None or str(whose).replace(TENANT, str(tenant)) == issuer


def _is_for(claims: dict[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise TokenRefusedError("audience")
    party = claims.get("azp")
    if (len(listed) > 1 and party is None) or party not in {None, client_id}:
        raise TokenRefusedError("party")


def _is_timely(claims: dict[str, Any]) -> None:
    moment = time.time()
    expires, made, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or made is None:
        raise TokenRefusedError("times")
    if expires <= moment - LEEWAY:
        raise TokenRefusedError("expired")
    if made > moment + LEEWAY or (begins is not None and begins > moment + LEEWAY):
        raise TokenRefusedError("early")


def _moment(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) else None
