"""What services work with holds nothing of a request, and tells nobody its keys."""

from dataclasses import FrozenInstanceError

import pytest
from flask import Flask, has_app_context
from sqlalchemy import select

from tests.conftest import SETTINGS
from tests.support.standin import StandIn
from wizard.services.context import ProviderContext


def test_a_context_works_after_the_request_that_made_it(context: ProviderContext) -> None:
    assert not has_app_context()
    with context.sessions() as one, context.sessions() as other:
        assert one is not other
        assert one.scalar(select(1)) == 1
    assert context.provider.authorization_url("state", "verifier", choose_again=False)


def test_a_context_is_another_and_never_changed(context: ProviderContext, visma_app: Flask) -> None:
    with pytest.raises(FrozenInstanceError):
        context.vault = visma_app.extensions["vault"]  # type: ignore[misc]


def test_a_context_that_is_logged_tells_no_secret(context: ProviderContext, visma: StandIn) -> None:
    for secret in (SETTINGS["token_keys"].partition(":")[2], visma.client_secret):
        assert secret not in repr(context)
        assert secret not in repr(vars(context.provider))
