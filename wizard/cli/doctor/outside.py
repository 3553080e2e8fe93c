"""Looks at what others see: our public address through the proxy, the callback, and mail."""

import json
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, SSLError

from wizard.cli.doctor.findings import Finding, good, note, wrong
from wizard.extensions import settings
from wizard.mail.smtp import Mailer, NotSentError
from wizard.net.addresses import UnreachableError
from wizard.net.connections import ask
from wizard.setting_values import site_of
from wizard.wiring import probe

SECONDS = 10.0
MOST_BYTES = 64 * 1024


def of_callback() -> Finding:
    """The address that has to be registered at Visma."""
    told = f"{settings.visma_redirect_uri} – jämför med den som är registrerad hos Visma, tecken för tecken."
    if not settings.visma_redirect_uri.startswith(f"{settings.public_url}/"):
        return wrong(f"{told} Den är inte på {settings.public_url}.")
    return note(told)


def of_own_address() -> Finding:
    """Our public address, asked as a visitor does, and how the request came to us."""
    url = urlsplit(f"{settings.public_url}/healthz?{probe.PARAMETER}={probe.mark()}")
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    timeout = Timeout(total=SECONDS)
    try:
        answer = ask("GET", url, {}, reach=None, trusted=context, timeout=timeout)
        body, status = answer.read1(MOST_BYTES), answer.status
        answer.close()
    except SSLError:
        return wrong(f"Certifikatet för {settings.public_url} godkänns inte. Förnya det i proxyn.")
    except (HTTPError, OSError, UnreachableError) as error:
        return wrong(
            f"{settings.public_url} svarar inte härifrån ({type(error).__name__}). Kontrollera namnet, "
            "proxyn och webbservern."
        )
    try:
        came = json.loads(body)["came"]
    except (ValueError, LookupError, TypeError):
        return wrong(
            f"{settings.public_url}/healthz svarar {status}, men det är inte den här installationen, eller "
            "så är proxyn i vägen. Peka namnet och proxyn hit, och ge alla samma WIZARD_SECRET_KEY."
        )
    return _judged(came, status)


def _judged(came: dict[str, Any], status: int) -> Finding:
    ours, proxies = site_of(settings.public_url), int(came["forwarded_for"])
    told = f"Host {came['host']}, {came['scheme']}, {proxies} adresser i X-Forwarded-For"
    if came["host"] != ours:
        return wrong(f"{told}. Proxyn ska skicka vidare Host oförändrad: {ours}.")
    if settings.https and came["scheme"] != "https":
        return wrong(
            f"{told}. Proxyn ska sätta X-Forwarded-Proto, och WIZARD_TRUSTED_PROXIES vara antalet proxyer."
        )
    if proxies != settings.trusted_proxies:
        return wrong(
            f"{told}, men WIZARD_TRUSTED_PROXIES är {settings.trusted_proxies}. Sätt den till antalet "
            "proxyer framför, som var och en ska lägga till sin rad."
        )
    if status != 200:
        return wrong(f"{told}. Webbservern är inte redo: se raden om databasen.")
    return good(f"{told}.")


def of_mail() -> Finding:
    """Whether the mail server takes a letter, from us to ourselves."""
    mailer = Mailer.of(settings)
    if mailer is None:
        return wrong("WIZARD_SMTP_HOST är inte satt, så inga mejl skickas.")
    letter = EmailMessage()
    letter["To"] = parseaddr(settings.mail_sender)[1]
    letter["Subject"] = "Kopplingsguiden: flask doctor"
    letter.set_content("Mejlet från Kopplingsguiden kommer fram.\n")
    try:
        mailer.send(letter)
    except NotSentError as error:
        return wrong(
            f"{mailer.host}:{mailer.port} tog inte emot ett mejl till {letter['To']} ({error}). Kontrollera "
            "WIZARD_SMTP_… och brevlådan."
        )
    return good(f"{mailer.host} tog emot ett mejl till {letter['To']}.")
