"""Claims: from a record, into bytes and back, within the room of a symbol."""

from __future__ import annotations

from datetime import date, timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_codes import TODAY, USCC, catalogue, claims, permit, record

from licence_qr.credential.claims import (
    MAX_SIGNED_BYTES,
    Claims,
    PermitClaim,
    TemplateNumber,
    claims_from_record,
    decode_claims,
    encode_claims,
)
from licence_qr.domain.identifiers import CodeId, complete_uscc
from licence_qr.domain.register.permit import PermitState
from licence_qr.domain.register.text_limits import MAX_NAME_BYTES
from licence_qr.errors import InputError, TokenError

DAYS = st.dates(date(1970, 1, 1), date(2150, 1, 1))
NUMBERS = st.one_of(
    st.builds(TemplateNumber, st.integers(0, 300), st.integers(0, 9999), st.integers(0, 2**32 - 1)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
LENGTHS = st.one_of(st.none(), st.integers(0, 18000).map(timedelta))


@st.composite
def permit_claims(draw: st.DrawFn) -> PermitClaim:
    first, length = draw(DAYS), draw(LENGTHS)
    return PermitClaim(
        draw(st.integers(0, 2**32 - 1)), draw(NUMBERS), first, None if length is None else first + length
    )


@st.composite
def any_claims(draw: st.DrawFn) -> Claims:
    permits = tuple(draw(st.lists(permit_claims(), max_size=2)))
    organisation = draw(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
    return Claims(
        code_id=CodeId(draw(st.binary(min_size=10, max_size=10))),
        version=draw(st.integers(1, 2**32 - 1)),
        issued_on=draw(DAYS),
        uscc=complete_uscc("91500107", organisation),
        name=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=25)),
        digest=draw(st.binary(min_size=16, max_size=16)),
        status_index=draw(st.integers(0, 2**32 - 1)),
        permits=permits,
        permit_count=len(permits) + draw(st.integers(0, 3)),
    )


@given(any_claims())
def test_claims_are_read_back_as_they_were_written(original: Claims) -> None:
    assert decode_claims(encode_claims(original)) == original


@given(any_claims(), st.data())
def test_a_changed_payload_is_refused_or_says_something_else(original: Claims, data: st.DataObject) -> None:
    payload = bytearray(encode_claims(original))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read = decode_claims(bytes(payload))
    except TokenError:
        return
    assert read != original
    assert encode_claims(read) == bytes(payload)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else(payload: bytes) -> None:
    with pytest.raises(TokenError):
        decode_claims(payload)


def test_a_record_becomes_claims_with_its_template_number() -> None:
    made = claims_from_record(record(), catalogue(), CodeId(bytes(10)), 3, TODAY, 17)
    assert (made.uscc, made.version, made.issued_on, made.status_index) == (USCC, 3, TODAY, 17)
    assert made.digest == record().digest()
    assert made.permits == (PermitClaim(2, TemplateNumber(1, 2026, 12), TODAY, date(2030, 11, 22)),)
    assert made.permit_count == 1


def test_a_number_that_no_template_writes_stays_text() -> None:
    made = claims_from_record(
        record(permits=(permit(permit_no="旧字第 7 号"),)), catalogue(), CodeId(bytes(10)), 1, TODAY, 0
    )
    assert made.permits[0].number == "旧字第 7 号"


def test_a_pending_permit_is_not_signed() -> None:
    pending = permit(permit_no="", state=PermitState.PENDING, period=None)
    made = claims_from_record(record(permits=(pending, permit(13))), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    assert [claim.number for claim in made.permits] == [TemplateNumber(1, 2026, 13)]
    assert made.permit_count == 1


def test_a_licence_without_permits_and_without_name_is_a_code() -> None:
    made = claims_from_record(record("", ()), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    assert decode_claims(encode_claims(made)) == made
    assert (made.name, made.permits, made.permit_count) == ("", (), 0)


def test_permits_that_do_not_fit_are_counted_and_not_signed() -> None:
    permits = tuple(permit(serial) for serial in range(1, 31))
    made = claims_from_record(record(permits=permits), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    kept = len(made.permits)
    assert 5 <= kept < 30
    assert made.permit_count == 30
    assert [claim.number.serial for claim in made.permits] == list(range(1, kept + 1))  # type: ignore[union-attr]
    signed_bytes = len(encode_claims(made)) + 79
    assert MAX_SIGNED_BYTES - 16 < signed_bytes <= MAX_SIGNED_BYTES
    assert decode_claims(encode_claims(made)) == made


def test_a_name_beyond_the_symbol_is_refused_with_the_limit() -> None:
    with pytest.raises(InputError) as refusal:
        claims_from_record(record("样" * 200, ()), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    assert refusal.value.code == "code_name_too_long"
    limit = refusal.value.facts["limit"]
    assert isinstance(limit, int)
    assert claims_from_record(record("样" * limit, ()), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    with pytest.raises(InputError):
        claims_from_record(record("样" * (limit + 1), ()), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"permit_type": "unheard_of"}, "code_permit_type_unregistered"),
        ({"period": None}, "code_permit_without_period"),
    ],
)
def test_a_permit_that_cannot_be_written_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as refusal:
        claims_from_record(record(permits=(permit(**changes),)), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_the_maker_refuses_what_no_verifier_would_read() -> None:
    with pytest.raises(TokenError) as refusal:
        encode_claims(claims(version=0))
    assert refusal.value.code == "claims_number"


@pytest.mark.parametrize("tag", [0, 1, 2, 3, 4, 5, 28, 29, 30, 35, 36, 37, 100, 258, 260, 1004, 43000, 55799, 999999])
def test_no_tag_is_ever_evaluated(tag: int) -> None:
    items = cbor2.loads(encode_claims(claims()))
    for place in range(len(items)):
        tagged = [*items]
        tagged[place] = cbor2.CBORTag(tag, tagged[place])
        with pytest.raises(TokenError) as refusal:
            decode_claims(cbor2.dumps(tagged))
        assert refusal.value.code == "payload_not_canonical"


@pytest.mark.parametrize("name", ["样" * (MAX_NAME_BYTES // 2), "𬭚" * (MAX_NAME_BYTES // 4)])
def test_a_name_that_is_accepted_has_room_beside_the_largest_numbers(name: str) -> None:
    largest = (1 << 32) - 1
    made = claims_from_record(
        record(name, tuple(map(permit, range(1, 31)))), catalogue(), CodeId(bytes(10)), largest, TODAY, largest
    )
    assert made.name == name and decode_claims(encode_claims(made)) == made
