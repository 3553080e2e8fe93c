"""The discovery document, with the same members and values as Visma's."""

from typing import Any

from wizard.sandbox.identity.client import SCOPES


def discovery(origin: str) -> dict[str, Any]:
    """The content of /.well-known/openid-configuration."""
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/connect/authorize",
        "token_endpoint": f"{origin}/connect/token",
        "userinfo_endpoint": f"{origin}/connect/userinfo",
        "revocation_endpoint": f"{origin}/connect/revocation",
        "scopes_supported": list(SCOPES),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": True,
    }
