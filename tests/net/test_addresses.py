"""Which addresses may be connected to: by what they are, by what they hold, and by what a name leads to."""

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wizard.net.addresses import InnerAddressError, NameUnknownError, Reach, reach_of, resolve

LOCALLY = Reach.INTERNET | Reach.THIS_COMPUTER
# IANA's registries of special-purpose addresses, those that are not globally reachable; multicast;
# and what is left of the sixth version, of which nothing has been given out beside 2000::/3.
NOT_GLOBAL_4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
]
NOT_GLOBAL_6 = [
    "::/128",
    "::1/128",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "4000::/2",
    "8000::/2",
    "c000::/3",
    "e000::/4",
]
# Where clouds answer the machines within them; most are in the networks above, which is not relied on.
METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.42.42",
    "169.254.0.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fd00:42::42",
    "fe80::a9fe:a9fe",
]
PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.192",
    "168.63.129.16",
    "::1",
    "::",
    "::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "ff0e::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_inner_addresses_are_not_public_however_they_are_written(address: str) -> None:
    assert reach_of(address) is not Reach.INTERNET


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]
)
def test_the_internets_addresses_are_public(address: str) -> None:
    assert reach_of(address) is Reach.INTERNET


def within(networks: list[str]) -> st.SearchStrategy[str]:
    """The first, the last and any address between them, of any of these networks."""
    return st.sampled_from(networks).map(ipaddress.ip_network).flatmap(_one_of)


def _one_of(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> st.SearchStrategy[str]:
    ends = st.sampled_from([str(network[0]), str(network[-1])])
    return ends | st.ip_addresses(network=network).map(str)


def disguises(address: str) -> list[str]:
    """The same address as it can stand in one of the sixth version: mapped, compatible, 6to4, NAT64, Teredo."""
    inner = int(ipaddress.IPv4Address(address))
    held = {
        "::ffff:0:0": inner,
        "::": inner,
        "2002::": inner << 80,
        "64:ff9b::": inner,
        "64:ff9b:1::": inner,
        "2001::": inner ^ 0xFFFFFFFF,
    }
    return [str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(p)) | v)) for p, v in held.items()]


@given(address=within(NOT_GLOBAL_4 + [f"{one}/32" for one in METADATA if ":" not in one]))
def test_no_special_address_is_the_internets_nor_anything_that_holds_it(address: str) -> None:
    for written in [address, *disguises(address)]:
        assert reach_of(written) is not Reach.INTERNET, written


@given(address=within(NOT_GLOBAL_6 + [f"{one}/128" for one in METADATA if ":" in one]))
def test_nor_is_one_of_the_sixth_version(address: str) -> None:
    assert reach_of(address) is not Reach.INTERNET
    assert reach_of(f"{address}%eth0") is not Reach.INTERNET


@given(address=within(NOT_GLOBAL_4 + NOT_GLOBAL_6))
@example("::ffff:127.0.0.1")
@example("64:ff9b::7f00:1")
def test_only_loopback_is_this_computer(address: str) -> None:
    parsed = ipaddress.ip_address(address)
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    assert (reach_of(address) is Reach.THIS_COMPUTER) == plain.is_loopback


@given(address=st.ip_addresses())
def test_an_address_that_python_knows_as_inner_is_never_the_internets(address: Any) -> None:
    found = reach_of(str(address))
    assert found in {Reach.INTERNET, Reach.THIS_COMPUTER, Reach(0)}
    if not address.is_global:
        assert found is not Reach.INTERNET or getattr(address, "ipv4_mapped", None)


@given(address=st.ip_addresses(v=4))
def test_one_that_is_mapped_or_translated_is_judged_as_what_it_holds(address: Any) -> None:
    mapped, _, _, translated, _, _ = disguises(str(address))
    assert reach_of(mapped) is reach_of(str(address))
    assert reach_of(translated) is reach_of(str(address)) & Reach.INTERNET


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f.1", "017700000001", "::1", "10.0.0.1"]
)
def test_a_name_that_leads_inwards_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(InnerAddressError):
        resolve(host, 443, seconds=5.0, reach=Reach.INTERNET)


def test_this_computer_is_all_that_is_allowed_locally() -> None:
    assert "127.0.0.1" in resolve("localhost", 443, seconds=5.0, reach=LOCALLY)
    with pytest.raises(InnerAddressError):
        resolve("10.0.0.1", 443, seconds=5.0, reach=LOCALLY)


def test_a_name_with_one_inner_address_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(None, None, None, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(InnerAddressError):
        resolve("analys.example.se", 443, seconds=5.0, reach=Reach.INTERNET)


def test_a_name_that_is_not_there_is_said_so() -> None:
    with pytest.raises(NameUnknownError):
        resolve("mottagare.invalid", 443, seconds=5.0, reach=Reach.INTERNET)
