"""Strict verification of a scanned address against bare ES256 verification of the very same messages.

For each code both take turns and the best time of each counts, so that a busy machine disturbs both alike. Every code
is of another made-up business; the second row counts the first sight of each business's credit code.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from licence_qr.credential.claims import Claims, PermitClaim, TemplateNumber, _read_uscc, encode_claims
from licence_qr.credential.cose import CODE_AAD, SoftKey, sign, split
from licence_qr.credential.token import address
from licence_qr.credential.trust_list import Purpose, TrustedKey, TrustList
from licence_qr.credential.verifier import verify
from licence_qr.domain.dates import Period
from licence_qr.domain.identifiers import CodeId, complete_uscc, parse_uscc

CODES, ROUNDS = 200, 40
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ES256 = ec.ECDSA(hashes.SHA256())
HOST = "code.demo.example"


def _claims(number: int) -> Claims:
    hygiene = PermitClaim(1, TemplateNumber(1, 2026, number + 1), Period.of_months(date(2026, 11, 23), 48))
    return Claims(
        code_id=CodeId(os.urandom(10)),
        version=1,
        issued_on=date(2026, 11, 23),
        uscc=complete_uscc("91500107", f"M0{number:06d}"),
        name="虚构市示例区样本宾馆有限责任公司",
        digest=os.urandom(16),
        status_index=2 * number,
        permits=(hygiene,),
        permit_count=1,
    )


def _nanoseconds(work: Callable[[], object]) -> int:
    start = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - start


def _forget_credit_codes() -> None:
    _read_uscc.cache_clear()
    parse_uscc.cache_clear()


def _compare(token: bytes, key: TrustedKey, trust_list: TrustList) -> tuple[int, int, int]:
    """The best times for one code: bare, strict, and strict with a credit code never seen before."""
    parts = split(token)
    r, s = parts.signature[:32], parts.signature[32:]
    signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    message, text = parts.signed_message(CODE_AAD), address(f"https://{HOST}", token)
    times = []
    for _ in range(ROUNDS):
        bare = _nanoseconds(lambda: key.public_key.verify(signature, message, ES256))
        _forget_credit_codes()
        first = _nanoseconds(lambda: verify(text, trust_list, NOW))
        times.append((bare, _nanoseconds(lambda: verify(text, trust_list, NOW)), first))
    bares, stricts, firsts = zip(*times, strict=True)
    return min(bares), min(stricts), min(firsts)


def measure() -> list[dict[str, Any]]:
    """Rows of figure, goal, measured and ratio (bare time / strict time)."""
    root = ec.generate_private_key(ec.SECP256R1())
    key = SoftKey(b"\x00\x01", root)
    trusted = TrustedKey(
        key.kid, root.public_key(), Purpose.LICENCE, date(2026, 1, 1), date(2027, 1, 1), date(2036, 1, 1)
    )
    trust_list = TrustList(1, NOW, (HOST,), (trusted,))
    tokens = [sign(encode_claims(_claims(number)), key) for number in range(CODES)]
    bare, strict, first = (sum(best) / CODES for best in zip(*(_compare(t, trusted, trust_list) for t in tokens)))
    return [
        _row("strict verify against bare ES256", bare, strict),
        _row("the same, credit code never seen before", bare, first),
    ]


def _row(figure: str, bare: float, strict: float) -> dict[str, Any]:
    measured = f"{strict / 1000:.1f} µs against {bare / 1000:.1f} µs"
    return {"figure": figure, "goal": "≥ 0.85", "measured": measured, "ratio": round(bare / strict, 3)}


if __name__ == "__main__":
    for row in measure():
        print(f"{row['figure']:<46} {row['goal']:>8}  {row['measured']:<30} {row['ratio']}")
