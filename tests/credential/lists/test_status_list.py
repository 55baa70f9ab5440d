"""What a status list says: the packing of the draft, how its age counts, and that nothing is valid which nobody said."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_codes import NOW, claims

from licence_qr.credential.status_list import (
    CLOCK_TOLERANCE,
    StatusList,
    StatusReport,
    empty_entries,
    put_entry,
    status_of,
)
from licence_qr.credential.verifier import Verified
from licence_qr.domain.publishing.entry_status import EntryStatus, Freshness
from licence_qr.errors import TokenError

TTL, LIFE = timedelta(hours=4), timedelta(hours=72)
SECOND = timedelta(seconds=1)
VALID, INVALID, SUSPENDED, SUPERSEDED, UNKNOWN = EntryStatus

# draft-ietf-oauth-status-list, appendix C.2: 2^20 entries of two bits, these of them not 0, as they are packed there.
DRAFT_VALUES = {
    0: 1,
    1993: 2,
    25460: 1,
    159495: 3,
    495669: 1,
    554353: 1,
    645645: 2,
    723232: 1,
    854545: 1,
    934534: 2,
    1000345: 3,
}
DRAFT_PACKED = (
    "eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5"
    "WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoA"
    "AAAAAAAAAAAAAEBqH81gAQw"
)


def packed(values: dict[int, int], count: int) -> bytes:
    entries = empty_entries(count)
    for index, value in values.items():
        put_entry(entries, index, value)
    return bytes(entries)


def status_list(entries: bytes) -> StatusList:
    return StatusList("https://code.demo.example/status-list", NOW, NOW + LIFE, TTL, entries)


def report(values: dict[int, int], *, count: int = 8, at: timedelta = SECOND, **changes: object) -> StatusReport:
    """What a list of ``count`` entries says of a code with two permits whose block begins at 4."""
    facts: dict[str, object] = {"status_index": 4, "permit_count": 2} | changes
    return status_of(Verified(claims(**facts), b"\x00\x01", None), status_list(packed(values, count)), NOW + at)


def test_twelve_entries_are_packed_as_the_draft_shows_them() -> None:
    values = dict(enumerate((1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3)))
    assert packed(values, 12) == bytes.fromhex("c944f9")
    assert base64.urlsafe_b64encode(zlib.compress(packed(values, 12), 9)) == b"eNo76fITAAPfAgc="


def test_a_million_entries_are_those_of_the_drafts_test_vector() -> None:
    entries = zlib.decompress(base64.urlsafe_b64decode(DRAFT_PACKED + "=" * (-len(DRAFT_PACKED) % 4)))
    assert packed(DRAFT_VALUES, 1 << 20) == entries
    found = status_list(entries)
    assert {index: found.value(index) for index in range(len(found)) if found.value(index)} == DRAFT_VALUES


@given(st.lists(st.integers(0, 3), max_size=50), st.data())
def test_what_is_put_is_read_and_nothing_beside_it_changes(values: list[int], data: st.DataObject) -> None:
    entries = empty_entries(len(values))
    for index in data.draw(st.permutations(range(len(values)))):
        put_entry(entries, index, 3)
        put_entry(entries, index, values[index])
    found = status_list(bytes(entries))
    assert [found.value(index) for index in range(len(values))] == values
    assert 0 <= len(found) - len(values) < 4


@pytest.mark.parametrize("index", [-1, 8, 1 << 32])
def test_an_entry_beyond_the_list_is_refused(index: int) -> None:
    with pytest.raises(TokenError) as refusal:
        status_list(bytes(2)).value(index)
    assert refusal.value.code == "status_list_index"
    assert refusal.value.facts == {"index": index, "count": 8}


def test_print_and_permits_stand_in_one_block() -> None:
    said = report({3: 3, 5: 2, 6: 1, 7: 3})
    assert (said.print_status, said.permits) == (VALID, (SUSPENDED, INVALID))
    assert (said.as_of, said.age, said.freshness, said.because) == (NOW, SECOND, Freshness.CURRENT, None)


def test_permits_that_the_symbol_has_no_room_for_are_told_too() -> None:
    said = report({7: 2}, permits=(), permit_count=3)
    assert said.permits == (VALID, VALID, SUSPENDED)


def test_nothing_of_an_older_print_is_called_valid() -> None:
    said = report({4: 3, 5: 2})
    assert (said.print_status, said.permits) == (SUPERSEDED, (SUSPENDED, SUPERSEDED))


def test_the_print_of_a_licence_that_ended_is_invalid() -> None:
    assert report({4: 1}).print_status is INVALID


@pytest.mark.parametrize(
    ("at", "freshness"),
    [
        (timedelta(), Freshness.CURRENT),
        (TTL, Freshness.CURRENT),
        (TTL + SECOND, Freshness.STALE),
        (LIFE - SECOND, Freshness.STALE),
    ],
)
def test_a_list_past_its_ttl_is_told_with_a_warning(at: timedelta, freshness: Freshness) -> None:
    said = report({5: 2}, at=at)
    assert (said.freshness, said.age, said.permits) == (freshness, at, (SUSPENDED, VALID))


@pytest.mark.parametrize("at", [LIFE, LIFE + SECOND, timedelta(days=4000)])
def test_an_expired_list_says_nothing(at: timedelta) -> None:
    said = report({5: 2}, at=at)
    assert {said.print_status, *said.permits} == {UNKNOWN}
    assert said.freshness is Freshness.EXPIRED
    assert said.because is not None and said.because.code == "status_list_expired"
    assert said.as_of == NOW


def test_a_list_older_than_the_code_says_nothing_of_it() -> None:
    said = report({}, count=4)
    assert {said.print_status, *said.permits} == {UNKNOWN}
    assert said.because is not None and said.because.code == "status_list_index"


def test_a_block_that_is_only_partly_in_the_list_is_unknown_as_a_whole() -> None:
    assert report({}, count=8, status_index=6).print_status is UNKNOWN


def test_a_clock_that_is_behind_makes_all_unknown() -> None:
    assert report({}, at=-CLOCK_TOLERANCE).print_status is VALID
    said = report({}, at=-CLOCK_TOLERANCE - SECOND)
    assert said.print_status is UNKNOWN
    assert said.age == timedelta()
    assert said.because is not None and said.because.code == "status_list_issued_in_future"
