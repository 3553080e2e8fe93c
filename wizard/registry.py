"""All supported accounting systems, by their identifier in URLs and the database."""

from collections.abc import Callable

from wizard.config import Settings
from wizard.providers.base import Provider
from wizard.providers.gate import Gate
from wizard.providers.visma import Visma, VismaEndpoints
from wizard.setting_values import LOOPBACK, host_of

GateFor = Callable[[str, int], Gate]


def make_providers(settings: Settings, gate: GateFor | None = None) -> dict[str, Provider]:
    """The configured providers by name; ``gate`` creates each one's gate from its name and rate limit."""
    limit = settings.visma_rate_limit
    return {
        "visma": Visma(_visma(settings), gate("visma", limit) if gate else None),
    }


def _visma(settings: Settings) -> VismaEndpoints:
    return VismaEndpoints(
        identity_url=settings.visma_identity_url,
        api_url=settings.visma_api_url,
        web_url=settings.visma_web_url,
        client_id=settings.visma_client_id,
        client_secret=settings.visma_client_secret.get_secret_value(),
        redirect_uri=settings.visma_redirect_uri,
        scopes=settings.visma_scopes,
        prompt=settings.visma_prompt,
        acr_values=settings.visma_acr_values,
        file_hosts=settings.visma_file_hosts,
        issuer_required=settings.visma_iss_required,
        rate_limit=settings.visma_rate_limit,
        local=host_of(settings.visma_api_url) in LOOPBACK,
    )
