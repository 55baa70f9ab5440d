"""Faults of keys, of the trust list and of the status list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from parts import (
    CODE_AAD,
    COMPROMISED,
    DAY,
    HOUR,
    KEY,
    LOG_KEY,
    NOW_SECONDS,
    ORDER,
    ORIGIN,
    OTHER_ROOT,
    RETIRED,
    ROOT,
    STATUS,
    STATUS_KEY,
    TRUST_AAD,
    ThrowAway,
    Vector,
    cbor,
    header,
    key_entry,
    numbers,
    payload,
    refused,
    signature,
    status_claims,
    status_list,
    token,
    trust_items,
    trust_list,
)

GOOD = token()
USED = ("2026-01-01", "2027-12-31", "2037-12-31")


def _keys() -> Iterator[Vector]:
    unknown = ThrowAway(b"\x7f\xff", 99)
    yield refused("key-unknown", "a key that the trust list does not hold", token(key=unknown), "key_unknown")
    yield refused(
        "key-unknown-forged",
        "a forged signature under an unknown kid",
        token(protected=header(b"\xff\xff")),
        "key_unknown",
    )
    yield refused("key-of-status", "signed by a key for status lists", token(key=STATUS_KEY), "key_purpose")
    yield refused("key-of-log", "signed by a key for the log", token(key=LOG_KEY), "key_purpose")
    yield refused("key-of-root", "signed by the root itself", token(key=ROOT), "key_unknown")
    twice = trust_list([key_entry(), key_entry(ThrowAway(KEY.kid, 7), STATUS)])
    made = token(key=ThrowAway(KEY.kid, 7))
    yield refused(
        "key-same-kid", "the status key that has the kid of a licence key", made, "signature_mismatch", trust_list=twice
    )
    before = token(payload(issued_on=DAY - 400))
    yield refused("key-too-early", "issued before the key was in use", before, "key_too_early")
    early = trust_list([key_entry(days=("2026-11-24", *USED[1:]))])
    yield refused(
        "key-too-early-by-a-day", "issued on the day before the first", GOOD, "key_too_early", trust_list=early
    )
    late = trust_list([key_entry(days=("2026-01-01", "2026-11-22", "2037-12-31"))])
    yield refused("key-too-late", "issued on the day after the last", GOOD, "key_too_late", trust_list=late)
    retired = trust_list([key_entry(state=RETIRED, days=("2026-01-01", "2026-11-22", "2037-12-31"))])
    yield refused(
        "key-retired-too-late", "signed by a retired key after its time", GOOD, "key_too_late", trust_list=retired
    )
    lost = trust_list([key_entry(state=COMPROMISED)])
    yield refused("key-compromised", "the key is compromised", GOOD, "key_compromised", trust_list=lost)
    both = trust_list([key_entry(state=COMPROMISED, days=("2026-11-24", *USED[1:]))])
    yield refused(
        "key-compromised-and-early",
        "compromised, and too early: the graver is said",
        GOOD,
        "key_compromised",
        trust_list=both,
    )
    ended = {"now": "2037-12-31T16:00:00Z"}
    yield refused(
        "key-verify-ended", "the day after the last, as it begins in Shanghai", GOOD, "key_verify_ended", **ended
    )
    past = {"now": "2026-11-21T04:00:00Z"}
    yield refused("issued-in-future", "issued two days after today", GOOD, "claims_issued_in_future", **past)


def _entry(**changes: Any) -> list[object]:
    """One key of a trust list with changed items."""
    names = ("kid", "purpose", "point", "not_before", "sign_until", "verify_until", "state")
    return list((dict(zip(names, key_entry(), strict=True)) | changes).values())


_COMPRESSED = bytes([2 + KEY.point[-1] % 2]) + KEY.point[1:33]
TRUST_SHAPES: dict[str, tuple[str, list[object]]] = {
    "kid-three-bytes": ("a kid of three bytes", trust_items([_entry(kid=b"\0\0\1")])),
    "kid-twice": ("the same kid and purpose twice", trust_items([key_entry(), key_entry()])),
    "purpose-unknown": ("purpose 4", trust_items([_entry(purpose=4)])),
    "state-unknown": ("state 0", trust_items([_entry(state=0)])),
    "point-compressed": ("a public key in its compressed form", trust_items([_entry(point=_COMPRESSED)])),
    "point-off-curve": ("a public key that is not on the curve", trust_items([_entry(point=KEY.point[:-1] + b"\0")])),
    "point-zero": ("a public key of zeros", trust_items([_entry(point=b"\4" + bytes(64))])),
    "dates-out-of-order": ("an end before the beginning", trust_items([_entry(sign_until=20000)])),
    "date-negative": ("a day before 1970", trust_items([_entry(not_before=-1)])),
    "key-of-six": ("a key without its state", trust_items([key_entry()[:6]])),
    "host-bytes": ("a host as bytes", trust_items(hosts=[b"code.demo.example"])),
    "sequence-negative": ("edition -1", trust_items(sequence=-1)),
    "sequence-text": ("the edition as text", trust_items(sequence="7")),
    "issued-late": ("issued after 2200", trust_items(issued_at=7258118401)),
    "item-missing": ("no keys at all", trust_items()[:-1]),
    "map": ("a map", {1: 1}),  # type: ignore[dict-item]
}


def _trust_lists() -> Iterator[Vector]:
    made = cbor(trust_items())
    signed = {
        "other-root": ("signed by another root", token(made, OTHER_ROOT, aad=TRUST_AAD)),
        "by-licence-key": ("signed by a licence key", token(made, KEY, aad=TRUST_AAD)),
        "as-code": ("signed as a code", token(made, ROOT, aad=CODE_AAD)),
        "cut": ("the last byte is missing", trust_list()[:-1]),
        "changed": ("one bit is another", trust_list()[:40] + bytes([trust_list()[40] ^ 1]) + trust_list()[41:]),
    }
    r, s = signature(made, ROOT, aad=TRUST_AAD)
    signed["high-s"] = ("the other form of a good signature", token(made, ROOT, tail=numbers(r, ORDER - s)))
    for name, (description, wrong) in signed.items():
        yield refused(f"trust-list-{name}", description, GOOD, "trust_list_signature", trust_list=wrong)
    for name, (description, wrong_items) in TRUST_SHAPES.items():
        wrong = token(cbor(wrong_items), ROOT, aad=TRUST_AAD)
        yield refused(f"trust-list-{name}", description, GOOD, "trust_list_shape", trust_list=wrong)
    spare = token(made + b"\0", ROOT, aad=TRUST_AAD)
    yield refused("trust-list-trailing", "a byte behind the list", GOOD, "trust_list_not_canonical", trust_list=spare)
    later = trust_list(format=2)
    yield refused("trust-list-format", "format 2", GOOD, "trust_list_format_unknown", trust_list=later)
    text = trust_list(format=True)
    yield refused("trust-list-format-true", "true for format 1", GOOD, "trust_list_format_unknown", trust_list=text)
    older = {"trust_list_at_least": 8}
    yield refused("trust-list-older", "edition 7, where edition 8 has been seen", GOOD, "trust_list_older", **older)


def _wrong_status_lists() -> Iterator[tuple[str, str, bytes, str]]:
    made, good = cbor(status_claims()), status_list()
    packed = status_claims()[65533]
    assert isinstance(packed, dict)
    yield "by-licence-key", "signed by a licence key", status_list(key=KEY), "status_list_signature"
    yield (
        "by-unknown-key",
        "signed by a key that is not in the trust list",
        status_list(key=ROOT),
        "status_list_signature",
    )
    yield (
        "stranger",
        "signed by a stranger under a trusted kid",
        status_list(key=ThrowAway(STATUS_KEY.kid, 3)),
        "status_list_signature",
    )
    yield "as-code", "signed as a code", status_list(aad=CODE_AAD), "status_list_signature"
    plain = token(made, STATUS_KEY, aad=b"")
    yield "without-type", "the type is missing in the protected header", plain, "status_list_signature"
    yield "cut", "the last byte is missing", good[:-1], "status_list_signature"
    yield "trailing", "a byte behind the signature", good + b"\0", "status_list_signature"
    yield "trailing-payload", "a byte behind the claims", status_list(made + b"\0"), "status_list_not_canonical"
    yield (
        "not-canonical",
        "the claims without a length",
        status_list(b"\xbf" + made[1:] + b"\xff"),
        "status_list_not_canonical",
    )
    yield "array", "an array instead of the claims", status_list(cbor([1])), "status_list_shape"
    yield (
        "claim-missing",
        "no time to live",
        status_list({k: v for k, v in status_claims().items() if k != 65534}),
        "status_list_shape",
    )
    yield "claim-more", "a claim more, the issuer", status_list(status_claims() | {1: ORIGIN}), "status_list_shape"
    yield "one-bit", "one bit an entry", status_list(status_claims(list={**packed, "bits": 1})), "status_list_shape"
    yield (
        "expiry-first",
        "expires before it is issued",
        status_list(status_claims(exp=NOW_SECONDS - 2 * HOUR)),
        "status_list_shape",
    )
    yield "no-ttl", "a time to live of 0", status_list(status_claims(ttl=0)), "status_list_shape"
    yield "time-text", "the time of issue as text", status_list(status_claims(iat="2026-11-23")), "status_list_shape"
    lst = packed["lst"]
    yield (
        "entries-text",
        "the entries as text",
        status_list(status_claims(list={**packed, "lst": "AA"})),
        "status_list_shape",
    )
    yield (
        "entries-cut",
        "the entries' stream is cut",
        status_list(status_claims(list={**packed, "lst": lst[:-1]})),
        "status_list_data",
    )
    spare = status_list(status_claims(list={**packed, "lst": lst + b"\0"}))
    yield "entries-trailing", "a byte behind the entries' stream", spare, "status_list_data"
    bare = status_list(status_claims(list={**packed, "lst": lst[2:-4]}))
    yield "entries-raw", "deflate without zlib's frame", bare, "status_list_data"
    foreign = status_list(status_claims(sub="https://foreign.example/status-list"))
    yield "foreign", "made for another site", foreign, "status_list_subject"
    yield "no-subject", "made for nothing", status_list(status_claims(sub="")), "status_list_subject"
    ended = status_list(status_claims(exp=NOW_SECONDS))
    yield "expired", "expires this very second", ended, "status_list_expired"
    ahead = status_list(status_claims(iat=NOW_SECONDS + HOUR))
    yield "future", "issued an hour after now", ahead, "status_list_issued_in_future"


def _status_lists() -> Iterator[Vector]:
    for name, description, wrong, code in _wrong_status_lists():
        yield refused(f"status-list-{name}", description, GOOD, code, status_list=wrong.hex())
    older = {"status_list": status_list().hex(), "status_list_at_least": NOW_SECONDS}
    yield refused("status-list-older", "issued before one that is held", GOOD, "status_list_older", **older)
    for name, changes in {
        "compromised": {"state": COMPROMISED},
        "too-late": {"days": ("2026-01-01", "2026-11-22", "2037-12-31")},
        "too-early": {"days": ("2026-11-24", "2027-12-31", "2037-12-31")},
    }.items():
        keys = trust_list([key_entry(), key_entry(STATUS_KEY, STATUS, **changes)])  # type: ignore[arg-type]
        description = f"the status key is {name.replace('-', ' ')}"
        more = {"trust_list": keys, "status_list": status_list().hex()}
        yield refused(f"status-list-key-{name}", description, GOOD, "status_list_signature", **more)


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _keys()
    yield from _trust_lists()
    yield from _status_lists()
