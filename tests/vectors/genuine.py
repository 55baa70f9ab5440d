"""Codes that must be accepted: the claims they say, and what a status list says of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from allow_list_faults import allow_list
from parts import (
    COMPROMISED,
    DAY,
    HOST,
    HOUR,
    KEY,
    NAME,
    NOW_SECONDS,
    RETIRED,
    SECOND_KEY,
    USCC,
    WORDS,
    ThrowAway,
    Vector,
    address,
    digits,
    entries,
    key_entry,
    pack_uscc,
    payload,
    permit,
    status_claims,
    status_list,
    token,
    trust_list,
)

VALID_PERMIT = {"permit_type": 2, "number": [1, 2026, 12], "valid_from": "2026-11-23", "valid_to": "2030-11-22"}
SAID: dict[str, Any] = {
    "code_number": "000G-40R4-0M30-E209-E",
    "version": 1,
    "issued_on": "2026-11-23",
    "uscc": USCC,
    "name": NAME,
    "digest": bytes(range(16)).hex(),
    "status_index": 4096,
    "permits": [VALID_PERMIT],
    "permit_count": 1,
}
LAST_USCC = "91500107M0000006XX"


def accepted(
    name: str,
    description: str,
    text: str,
    host: str | None = HOST,
    kid: str = "0001",
    says: dict[str, Any] | None = None,
    **changes: Any,
) -> Vector:
    """A vector that is accepted; ``says`` are the claims that differ from the usual ones."""
    expected: dict[str, Any] = {"claims": SAID | (says or {}), "host": host, "kid": kid}
    if "status" in changes:
        expected["status"] = changes.pop("status")
    fields = {key: changes.pop(key) for key in ("now", "trust_list") if key in changes}
    return Vector(name, description, text, expected, more=changes, **fields)


def _texts_and_keys() -> Iterator[Vector]:
    good = token()
    yield accepted("one-permit", "a business with one permit", address(good), vocabulary=WORDS)
    yield accepted("digits-alone", "digits alone, typed or handed over", digits(good), None)
    local = address(good, "http://localhost:8000")
    yield accepted("own-machine", "plain http on the machine itself, as in a demonstration", local, "localhost:8000")
    yield accepted("second-key", "signed by the second key", address(token(key=SECOND_KEY)), kid="0002")
    retired = trust_list([key_entry(state=RETIRED)])
    yield accepted("retired-key", "signed by a key that has been retired since", address(good), trust_list=retired)
    twice = trust_list([key_entry(), key_entry(ThrowAway(KEY.kid, 7), 2)])
    yield accepted("same-kid", "a status key has the same kid: purposes are apart", address(good), trust_list=twice)
    exact = trust_list([key_entry(days=("2026-11-23", "2026-11-23", "2026-11-23"))])
    yield accepted("one-day-key", "a key that signs and is verified on one day", address(good), trust_list=exact)
    last = {"now": "2037-12-31T15:59:59Z"}
    yield accepted("last-second", "the last second in which the key is verified", address(good), **last)
    ahead = {"now": "2026-11-22T15:59:59Z"}
    yield accepted("issued-tomorrow", "issued on the day after today: a clock in another zone", address(good), **ahead)
    other_zone = {"now": "2026-11-23T12:00:00+08:00"}
    yield accepted("now-in-shanghai", "the same instant, told in China's time", address(good), **other_zone)
    yield accepted("edition-seen", "the very edition that has been seen", address(good), trust_list_at_least=7)


def _allow_lists() -> Iterator[Vector]:
    lost = {"trust_list": trust_list([key_entry(state=COMPROMISED)])}
    named = allow_list([token(), token(payload(version=2)), token(payload(version=3))]).hex()
    description = "signed by a key that is compromised, and registered before that"
    yield accepted("allowed", description, address(token()), allow_list=named, **lost)


def _claims() -> Iterator[Vector]:
    def case(name: str, description: str, says: dict[str, Any], /, **changes: Any) -> Vector:
        return accepted(name, description, address(token(payload(**changes))), says=says)

    yield case("no-permit", "a business licence alone", {"permits": [], "permit_count": 0}, permits=[])
    many = [permit(number=(1, 2026, 10 + n)) for n in range(3)]
    said = [VALID_PERMIT | {"number": [1, 2026, 10 + n]} for n in range(3)]
    yield case("three-permits", "three permits", {"permits": said, "permit_count": 3}, permits=many)
    yield case("cut", "one permit of seven is in the symbol", {"permit_count": 7}, permit_count=7)
    yield case(
        "none-of-two",
        "none of two permits is in the symbol",
        {"permits": [], "permit_count": 2},
        permits=[],
        permit_count=2,
    )
    yield case("most-permits", "one of 65,535 permits is in the symbol", {"permit_count": 65535}, permit_count=65535)
    endless = [VALID_PERMIT | {"valid_to": None}]
    yield case("without-end", "a permit without end", {"permits": endless}, permits=[permit(days=None)])
    one_day = [VALID_PERMIT | {"valid_to": "2026-11-23"}]
    yield case("one-day", "a permit of one day", {"permits": one_day}, permits=[permit(days=1)])
    to_last = [VALID_PERMIT | {"valid_to": "2199-12-31"}]
    yield case(
        "last-day", "a permit to the last day there is", {"permits": to_last}, permits=[permit(days=84005 - DAY + 1)]
    )
    for name, description, number in (
        ("number-text", "a permit number that no template writes", "旧编号 2025-7（换）"),
        ("number-mark", "a permit number that begins with a byte order mark", "\ufeff7"),
        ("number-empty", "an empty permit number", ""),
    ):
        yield case(name, description, {"permits": [VALID_PERMIT | {"number": number}]}, permits=[permit(number=number)])
    for name, description, written in (
        ("name-empty", "a household business without a name", ""),
        ("name-rare", "a name with a character of two units", "虚构𠮷祥客栈"),
        ("name-mark", "a name that begins with a byte order mark", "\ufeff店"),
        ("name-nul", "a name with a NUL in it", "甲\0乙"),
    ):
        yield case(name, description, {"name": written}, name=written.encode("utf-16-be"))
    greatest = {"version": 2**32 - 1, "status_index": 2**32 - 1}
    yield case("greatest-numbers", "the greatest version and status index", greatest, **greatest)
    number = [2**32 - 1, 9999, 2**32 - 1]
    wide = [permit(2**32 - 1, tuple(number))]
    said = [VALID_PERMIT | {"permit_type": 2**32 - 1, "number": number}]
    yield case("greatest-permit", "the greatest wire ids, year and serial", {"permits": said}, permits=wide)
    yield case(
        "check-x",
        "a credit code with X for 10 in the organisation's check",
        {"uscc": LAST_USCC},
        uscc=pack_uscc(LAST_USCC),
    )


def _statuses() -> Iterator[Vector]:
    good = address(token())

    def case(name: str, description: str, values: dict[int, int], status: dict[str, Any], **changes: Any) -> Vector:
        made = {"status_list": status_list(status_claims(values, **changes)).hex()}
        usual: dict[str, Any] = {"stale": False, "unknown": False, "because": None}
        return accepted(name, description, good, status=usual | status, **made)

    yield case("status-valid", "print and permit are valid", {}, {"print": "valid", "permits": ["valid"]})
    yield case(
        "status-neighbours",
        "only the neighbours' entries are set",
        {4095: 1, 4098: 3},
        {"print": "valid", "permits": ["valid"]},
    )
    yield case("status-suspended", "the permit is suspended", {4097: 2}, {"print": "valid", "permits": ["suspended"]})
    yield case("status-ended", "the permit has ended", {4097: 1}, {"print": "valid", "permits": ["invalid"]})
    both = {"print": "superseded", "permits": ["superseded"]}
    yield case("status-superseded", "a newer print exists: this one's permits are not kept up", {4096: 3}, both)
    kept = {"print": "superseded", "permits": ["invalid"]}
    yield case("status-superseded-ended", "an older print of a permit that has ended", {4096: 3, 4097: 1}, kept)
    old = {"iat": NOW_SECONDS - 13 * HOUR}
    yield case(
        "status-stale",
        "past its time to live, not yet expired",
        {},
        {"print": "valid", "permits": ["valid"], "stale": True},
        **old,
    )
    nothing = {"print": "unknown", "permits": ["unknown"], "unknown": True, "because": "status_list_index"}
    yield case("status-too-short", "the list ends before the code's entries", {}, nothing, count=4096)
    yield case(
        "status-ends-within",
        "the list ends within the code's entries",
        {},
        nothing,
        list={"lst": _packed(4097), "bits": 2},
    )


def _packed(count: int) -> bytes:
    return zlib.compress(entries({}, count)[: count // 4], 9)


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _texts_and_keys()
    yield from _allow_lists()
    yield from _claims()
    yield from _statuses()
