"""The same page in Django: its own models, templates, forms, sessions and middleware."""

import secrets
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import django
from django import forms, template
from django.conf import settings
from django.core import signing
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from sqlalchemy import make_url

from tests.measures.throughput.facts import (
    CHOICES,
    PROTECTING,
    SECRET,
    database_url,
    grants,
    icon,
    version,
)
from wizard import config
from wizard.models import LIVING, Step
from wizard.services.invitations.visits import SEEN_EVERY
from wizard.web.i18n import COOKIE, LANGUAGES

HERE = Path(__file__).parent


def _catalogues() -> str:
    """The product's catalogues, under the names that Django requires."""
    folder = Path(mkdtemp(prefix="throughput-"))
    for code in LANGUAGES:
        words = folder / code / "LC_MESSAGES"
        words.mkdir(parents=True)
        made = config.ROOT / "translations" / code / "LC_MESSAGES" / "messages.mo"
        (words / "django.mo").write_bytes(made.read_bytes())
    return str(folder)


def _database() -> dict[str, Any]:
    url = make_url(database_url())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username,
        "PASSWORD": url.password,
        "HOST": url.query.get("host") or url.host,
        "PORT": url.query.get("port") or url.port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
    }


class Protect:
    """Adds the security headers."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response with the headers."""
        response = self.get_response(request)
        for name, text in PROTECTING.items():
            response.headers[name] = text
        return response


settings.configure(
    SECRET_KEY=SECRET,
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": _database()},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.sessions", "django.contrib.messages"],
    MIDDLEWARE=[
        f"{__name__}.Protect",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [HERE / "templates"],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        ["django.template.loaders.filesystem.Loader"],
                    )
                ],
                "builtins": ["django.templatetags.i18n", __name__],
            },
        }
    ],
    LANGUAGE_CODE="sv",
    LANGUAGES=list(LANGUAGES.items()),
    LANGUAGE_COOKIE_NAME=COOKIE,
    LOCALE_PATHS=[_catalogues()],
    USE_I18N=True,
    TIME_ZONE="Europe/Stockholm",
    USE_TZ=True,
)
django.setup(set_prefix=False)
register = template.Library()


class Table(models.Model):
    """The base of all models; the product's migrations create the tables."""

    class Meta:
        """Abstract, without a table."""

        abstract = True
        managed = False
        app_label = "sessions"


class Firm(Table):
    """An accounting firm."""

    name = models.TextField()
    contact_name = models.TextField()
    contact_email = models.TextField()
    contact_phone = models.TextField()

    class Meta(Table.Meta):
        """The table's name."""

        db_table = "firms"


class User(Table):
    """A member of staff."""

    name = models.TextField()

    class Meta(Table.Meta):
        """The table's name."""

        db_table = "users"


class Company(Table):
    """A client."""

    firm = models.ForeignKey(Firm, models.CASCADE)
    name = models.TextField()
    organisation_number = models.TextField()

    class Meta(Table.Meta):
        """The table's name."""

        db_table = "companies"


class Invitation(Table):
    """An invitation."""

    public_id = models.TextField()
    company = models.ForeignKey(Company, models.CASCADE)
    created_by = models.ForeignKey(User, models.CASCADE, null=True)
    provider = models.TextField()
    code = models.TextField()
    status = models.TextField()
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    renews_id = models.BigIntegerField(null=True)

    class Meta(Table.Meta):
        """The table's name."""

        db_table = "invitations"


class InvitationKey(Table):
    """A link."""

    invitation = models.ForeignKey(Invitation, models.CASCADE)
    step = models.TextField()
    ended_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    bookkeeping_answer = models.TextField(null=True)

    class Meta(Table.Meta):
        """The table's name."""

        db_table = "invitation_keys"


class BookkeepingForm(forms.Form):
    """Requirement 2, as in the product."""

    answer = forms.ChoiceField(choices=[(one, one) for one in CHOICES])


@register.simple_tag
def static(name: str) -> str:
    """The URL of a static file."""
    return f"/static/{name}?v={version(name)}"


def bookkeeping(request: HttpRequest, public_id: str) -> HttpResponse:
    """Requirement 2: the company has bookkeeping."""
    found = InvitationKey.objects.filter(
        id__in=request.session.get("grants", []), invitation__public_id=public_id
    )
    found = found.select_related("invitation__company__firm", "invitation__created_by")
    key = found.order_by(models.F("ended_at").asc(nulls_first=True), "-id").first()
    if key is None or key.ended_at or key.invitation.status not in LIVING:
        return HttpResponse(status=404)
    if key.invitation.expires_at <= timezone.now() or Step(key.step).number < 3:
        return redirect("/")
    if key.last_seen_at is None or timezone.now() - key.last_seen_at > SEEN_EVERY:
        key.last_seen_at = timezone.now()
        key.save(update_fields=["last_seen_at"])
    return page(request, key)


def page(request: HttpRequest, key: InvitationKey) -> HttpResponse:
    """The page in the reader's language."""
    language = get_language()
    return render(
        request,
        "bookkeeping.html",
        {
            "key": key,
            "invitation": key.invitation,
            "company": key.invitation.company,
            "firm": key.invitation.company.firm,
            "steps": len(Step),
            "step": Step.BOOKKEEPING.number,
            "numbers": range(1, len(Step) + 1),
            "form": None,
            "answer": key.bookkeeping_answer,
            "again": f"{request.path}?svara=igen",
            "press": secrets.token_urlsafe(16),
            "icon_address": icon(),
            "locale": language,
            "others": [(code, name) for code, name in LANGUAGES.items() if code != language],
            "advice_words": f"{key.invitation.provider}/{language}/bookkeeping_advice.html",
            "practice": False,
            "came_from": request.path.rpartition("/")[2],
        },
    )


def nowhere(_request: HttpRequest, **_parts: str) -> HttpResponse:
    """A page that exists only as a link target."""
    return HttpResponse(status=404)


urlpatterns = [
    path("koppla/<public_id>/bokforing", bookkeeping, name="bookkeeping"),
    path("koppla/<public_id>/behorighet", nowhere, name="permission"),
    path("koppla/<public_id>/kollega", nowhere, name="colleague"),
    path("hjalp", nowhere, name="help"),
    path("hjalp/<article>", nowhere, name="article"),
    path("uppgifter", nowhere, name="data"),
    path("tillganglighet", nowhere, name="accessibility"),
]
app = get_wsgi_application()


def cookie() -> str:
    """The reader's session cookie."""
    salt = "django.contrib.sessions.backends.signed_cookies"
    serializer = signing.JSONSerializer
    return f"sessionid={signing.dumps(grants(), salt=salt, serializer=serializer, compress=True)}"
