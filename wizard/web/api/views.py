"""Imports the API's views, one module for each kind of resource."""

from wizard.web.api import (
    company_views,
    connection_views,
    document_views,
    handover_views,
    import_views,
    invitation_views,
)
from wizard.web.api.blueprint import blueprint

VIEWS = (
    company_views,
    connection_views,
    document_views,
    handover_views,
    import_views,
    invitation_views,
)

__all__ = ["VIEWS", "blueprint"]
