"""Recovery codes, confirmed contents, relying parties: their rules, for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.accounts import recovery_codes
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.second_factor import is_required, relying_party
from licence_qr.domain.roles import Role

CONTENTS = st.builds(ActContent, st.text(), st.text(), st.text(), st.integers(0, 2**53 - 1))


@given(st.binary(min_size=10, max_size=10), st.sampled_from((str, str.lower)), st.sampled_from(("-", " ", "", "－")))
def test_a_code_is_read_however_its_groups_are_typed(random, case, between):
    shown = recovery_codes.written(random)
    assert len(shown) == 19 and shown.count("-") == 3
    assert recovery_codes.read(case(shown.replace("-", between))) == shown.replace("-", "")


@given(st.binary(min_size=10, max_size=10))
def test_look_alike_digits_are_read_as_letters(random):
    shown = recovery_codes.written(random)
    assert recovery_codes.read(shown.replace("O", "0").replace("I", "1")) == recovery_codes.read(shown)


@given(st.text())
def test_any_text_is_a_code_or_none(typed):
    code = recovery_codes.read(typed)
    assert code is None or (len(code) == 16 and code.isascii())


@given(CONTENTS, CONTENTS)
def test_two_contents_have_one_digest_only_if_they_are_the_same(one, other):
    assert (one.digest == other.digest) == (one == other)


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://licence.example.gov.cn", ("licence.example.gov.cn", "https://licence.example.gov.cn")),
        ("https://Licence.Example:8443", ("licence.example", "https://licence.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
    ],
)
def test_passkeys_belong_to_the_host_without_its_port(address, party):
    found = relying_party(address)
    assert found is not None and (found.id, found.origin) == party


@pytest.mark.parametrize(
    "address",
    ["https://192.0.2.7", "https://[2001:db8::1]:8443", "http://127.0.0.1:8000", "http://licence.example", ""],
)
def test_an_ip_address_or_plain_http_has_no_passkeys(address):
    assert relying_party(address) is None


@pytest.mark.parametrize("role", Role)
def test_every_role_but_the_clerk_s_needs_one_in_production(role):
    assert is_required({role}, demonstration=False) == (role is not Role.CLERK)
    assert is_required({role, Role.CLERK}, demonstration=False) == (role is not Role.CLERK)
    assert not is_required({role}, demonstration=True)
