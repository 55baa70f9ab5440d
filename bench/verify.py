"""Strict verification of a scanned address against bare ES256 verification of the same messages.

Bare means what the name ES256 says (RFC 9053, section 2.1): r and s as 64 bytes, brought into the form the library wants
and verified. The codes are all different, as a tight loop over one signature lets the processor learn it by heart. Both
take turns in small batches, in processor time, and the best of each batch counts: a busy machine disturbs both alike.

Then the dearest of many mutants and hostile texts: what a stranger can make a verifier spend.
"""

from __future__ import annotations

import os
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from licence_qr.credential.claims import Claims, PermitClaim, TemplateNumber, _read_uscc, encode_claims
from licence_qr.credential.cose import CODE_AAD, SoftKey, sign, split
from licence_qr.credential.token import address, to_digits
from licence_qr.credential.trust_list import KeyPurpose, TrustedKey, TrustList
from licence_qr.credential.verifier import verify
from licence_qr.domain.identifiers import CodeId, complete_uscc, parse_uscc
from licence_qr.errors import TokenError

BATCHES, BATCH, ROUNDS = 10, 50, 40
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ES256 = ec.ECDSA(hashes.SHA256())
HOST = "code.demo.example"
MUTANTS = 10_000
MOST_MILLISECONDS, MOST_MEGABYTES = 50, 32


def _claims(number: int) -> Claims:
    hygiene = PermitClaim(1, TemplateNumber(1, 2026, number + 1), date(2026, 11, 23), date(2030, 11, 22))
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


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _forget_credit_codes() -> None:
    _read_uscc.cache_clear()
    parse_uscc.cache_clear()


def _compare(numbers: range, key: SoftKey) -> tuple[float, float, float]:
    """The best times for one batch: bare, strict, and strict with credit codes never seen before."""
    public_key, trust_list = key.private_key.public_key(), _trust_list(key)
    tokens = [sign(encode_claims(_claims(number)), key) for number in numbers]
    texts = [address(f"https://{HOST}", token) for token in tokens]
    signed = [(parts.signature, parts.signed_message(CODE_AAD)) for parts in map(split, tokens)]

    def bare() -> None:
        for signature, message in signed:
            r, s = signature[:32], signature[32:]
            der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            public_key.verify(der, message, ES256)

    def strict() -> None:
        for text in texts:
            verify(text, trust_list, NOW)

    times = []
    for _ in range(ROUNDS):
        bare_time = _seconds(bare)
        _forget_credit_codes()
        first_time = _seconds(strict)
        times.append((bare_time, _seconds(strict), first_time))
    bares, stricts, firsts = zip(*times, strict=True)
    return min(bares), min(stricts), min(firsts)


def _trust_list(key: SoftKey) -> TrustList:
    public_key = key.private_key.public_key()
    trusted = TrustedKey(key.kid, public_key, KeyPurpose.LICENCE, date(2026, 1, 1), date(2027, 1, 1), date(2036, 1, 1))
    return TrustList(1, NOW, (HOST,), (trusted,))


def _hostile(key: SoftKey) -> Iterator[str]:
    """Mutants of one code, payloads of random bytes that are well signed, and texts of a megabyte."""
    chance = random.Random(20261123)
    genuine = sign(encode_claims(_claims(1)), key)
    for _ in range(MUTANTS):
        number = int.from_bytes(genuine, "big") ^ 1 << chance.randrange(len(genuine) * 8)
        yield to_digits(number.to_bytes(len(genuine), "big"))
        yield to_digits(sign(chance.randbytes(chance.randrange(1, 222)), key))
    yield from ("9" * 1300, "9" * 1_000_000, "/c/" * 300_000, f"https://{'a.' * 500_000}/c/1")


def _worst() -> dict[str, Any]:
    """The dearest single text: milliseconds of processor time and the peak of Python's memory."""
    key = SoftKey(b"\x00\x01", ec.generate_private_key(ec.SECP256R1()))
    trust_list = _trust_list(key)

    def judge(text: str) -> None:
        try:
            verify(text, trust_list, NOW)
        except TokenError:
            return

    # Twice, and the better: what another process did to the first time is not the text's.
    slowest = max((min(_seconds(lambda t=text: judge(t)) for _ in range(2)), text) for text in _hostile(key))
    tracemalloc.start()
    for text in _hostile(key):
        judge(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    milliseconds, megabytes = slowest[0] * 1000, peak / (1 << 20)
    return {
        "figure": f"dearest of {2 * MUTANTS:,} mutants and hostile texts",
        "goal": f"≤ {MOST_MILLISECONDS} ms, {MOST_MEGABYTES} MB",
        "measured": f"{milliseconds:.2f} ms, {megabytes:.1f} MB",
        "ratio": round(MOST_MILLISECONDS / milliseconds, 1),
    }


def measure() -> list[dict[str, Any]]:
    """Rows of figure, goal, measured and ratio (bare time / strict time)."""
    key = SoftKey(b"\x00\x01", ec.generate_private_key(ec.SECP256R1()))
    best = [_compare(range(start, start + BATCH), key) for start in range(0, BATCHES * BATCH, BATCH)]
    bare, strict, first = (sum(column) / (BATCHES * BATCH) * 1e6 for column in zip(*best, strict=True))
    return [
        _row("strict verify against bare ES256", bare, strict),
        _row("the same, credit code never seen before", bare, first),
        _worst(),
    ]


def _row(figure: str, bare: float, strict: float) -> dict[str, Any]:
    measured = f"{strict:.1f} µs against {bare:.1f} µs"
    return {"figure": figure, "goal": "≥ 0.85", "measured": measured, "ratio": round(bare / strict, 3)}


if __name__ == "__main__":
    for row in measure():
        print(f"{row['figure']:<50} {row['goal']:>16}  {row['measured']:<30} {row['ratio']}")
