"""Fetching files from temporary addresses: only from allowed hosts, never with our token."""

import ipaddress
import socket
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from wizard.causes import Cause
from wizard.providers.base import ProviderError
from wizard.providers.http import prepare

PREFIX_BYTES = 1024


class FileFetcher:
    """Fetches from the hosts given as patterns; private addresses only when ``local`` is set."""

    def __init__(self, hosts: str, *, local: bool) -> None:
        self._hosts = hosts.lower().split()
        self._local = local

    def first_bytes(self, url: str, *, timeout: float) -> bytes:
        """The first kilobyte of a file; ProviderError when its host is not allowed or fails."""
        self._allow(url)
        session = requests.Session()
        prepare(session, HTTPAdapter())
        try:
            with session.get(url, timeout=timeout, stream=True, allow_redirects=False) as answer:
                if answer.status_code != 200:
                    raise ProviderError(
                        Cause.PROVIDER_UNAVAILABLE, transient=True, code=str(answer.status_code)
                    )
                return answer.raw.read(PREFIX_BYTES, decode_content=True)
        except (requests.RequestException, OSError):
            raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True) from None

    def _allow(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        secure = parts.scheme == "https" or (self._local and parts.scheme == "http")
        if not secure or not any(fnmatchcase(host, pattern) for pattern in self._hosts):
            raise ProviderError(Cause.OUR_CONFIGURATION, code="file_host")
        if not self._local and any(_private(address) for address in _addresses(host)):
            raise ProviderError(Cause.OUR_CONFIGURATION, code="file_host_private")


def _addresses(host: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, 443)]
    except OSError:
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True) from None


def _private(address: str) -> bool:
    return not ipaddress.ip_address(address).is_global
