"""Which networks an address belongs to: the same for every way to write it, and never wider than told."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.register.networks import IPV6_PREFIXES, bare_address, client_network, networks_of

# What stands for an IPv4 address, and is no network of its own.
INNER = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))
IPV4 = st.ip_addresses(v=4)
IPV6 = st.ip_addresses(v=6).filter(lambda address: not any(address in network for network in INNER))


@given(IPV4)
def test_an_ipv4_address_stands_for_itself_however_it_arrives(address: ipaddress.IPv4Address) -> None:
    for text in (str(address), f"::ffff:{address}", f"64:ff9b::{address}"):
        assert networks_of(text) == (str(address),)


@given(IPV6, st.integers(0, 127))
def test_an_ipv6_address_shares_its_networks_with_those_that_begin_alike(
    address: ipaddress.IPv6Address, bit: int
) -> None:
    other = ipaddress.IPv6Address(int(address) ^ (1 << bit))
    if any(other in network for network in INNER):
        return
    alike = [mine == theirs for mine, theirs in zip(networks_of(str(address)), networks_of(str(other)), strict=True)]
    assert alike == [bit < 128 - length for length in IPV6_PREFIXES]


@given(IPV6)
def test_the_networks_of_an_address_hold_it_and_each_lies_in_the_next(address: ipaddress.IPv6Address) -> None:
    narrow, wide = (ipaddress.IPv6Network(network) for network in networks_of(address.exploded.upper()))
    assert address in narrow
    assert narrow.subnet_of(wide)
    assert (narrow.prefixlen, wide.prefixlen) == IPV6_PREFIXES
    assert client_network(str(address)) == str(narrow)


@pytest.mark.parametrize("text", ["", "é", "unix:", "10.0.0.1:80", "10.0.0.256", "\ud800"])
def test_text_that_is_no_address_stands_for_itself(text: str) -> None:
    assert networks_of(text) == (text,)


def test_an_address_of_one_link_is_read_too() -> None:
    assert networks_of("fe80::1%eth0") == ("fe80::/64", "fe80::/48")


@given(st.one_of(IPV4, IPV6), st.integers(1, 65535))
def test_an_address_is_the_same_with_a_port_and_in_brackets(address, port: int) -> None:
    bracketed = f"[{address}]" if address.version == 6 else str(address)
    for written in (str(address), bracketed, f"{bracketed}:{port}", f" {bracketed}:{port} "):
        assert bare_address(written) == str(address)


@given(IPV4)
def test_an_ipv4_address_that_is_written_as_ipv6_is_one(address: ipaddress.IPv4Address) -> None:
    for written in (f"::ffff:{address}", f"[::FFFF:{address}]:443"):
        assert bare_address(written) == str(address)


@pytest.mark.parametrize("written", ["", "unknown", "192.0.2.1:443:443", "example.org:443", "_hidden", "[]:443"])
def test_what_holds_no_address_stays_as_it_is(written: str) -> None:
    assert bare_address(written) == written
