"""The words of API keys: what each scope lets them do."""

from wizard.models import Scope
from wizard.web.forms.base import lazy

SCOPES = {
    Scope.STATUS: lazy("See companies, invitations and connections"),
    Scope.INVITATIONS: lazy("Add companies, invite and withdraw invitations"),
    Scope.DOCUMENTS: lazy("Read vouchers and open documents"),
    Scope.DISCONNECT: lazy("End connections"),
    Scope.HANDOVER: lazy("Sign members in from the platform"),
}


def scope_words(scopes: list[str]) -> list[str]:
    """What a key may be used for, in words, in the order of the form."""
    return [str(words) for scope, words in SCOPES.items() if scope in scopes]
