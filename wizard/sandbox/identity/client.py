"""The registered client, with Authlib's interface."""

from hmac import compare_digest
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.models import ClientMixin

from wizard.sandbox.settings import Settings

SCOPES = (
    "ea:api",
    "offline_access",
    "ea:accounting",
    "ea:accounting_readonly",
    "ea:sales",
    "ea:sales_readonly",
    "ea:purchase",
    "ea:purchase_readonly",
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_loopback(uri: str) -> bool:
    """True if the URL is plain http on this computer.

    Other clients are refused: with a public redirect URI the stand-in could imitate Visma's log-in.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.fragment
    return parts.scheme == "http" and host in LOOPBACK and plain


class Client(ClientMixin):
    """The wizard as an OAuth client."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.client_id = settings.client_id

    def get_client_id(self) -> str:
        """Its client id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None, since Visma requires redirect_uri."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The requested scope if all of it is registered, else None."""
        asked = (scope or "").split()
        return " ".join(asked) if asked and set(asked) <= set(SCOPES) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """True if the URI is registered exactly and on this computer."""
        return redirect_uri in self._settings.redirect_uris and is_loopback(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """True if the secret is right."""
        return compare_digest(client_secret.encode(), self._settings.client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        """True for HTTP Basic and POST, at every endpoint."""
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        """True for code, the only documented flow."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """True for codes and refresh tokens."""
        return grant_type in ("authorization_code", "refresh_token")
