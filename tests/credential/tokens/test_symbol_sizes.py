"""Symbols stay as small as promised: the version that a QR library needs at level M, with a host of 20 characters."""

from __future__ import annotations

import pytest
import qrcode
from made_up_codes import TODAY, catalogue, permit, record
from qrcode.constants import ERROR_CORRECT_M

from licence_qr.credential.claims import claims_from_record, encode_claims
from licence_qr.credential.cose import sign
from licence_qr.credential.token import address
from licence_qr.domain.identifiers import CodeId

ORIGIN = "https://zhengzhao.example.cn"  # a host of 20 characters


class LongestKey:
    """The size does not depend on the key: this one signs with the largest numbers."""

    kid = b"\xff\xff"

    def sign(self, message: bytes) -> bytes:
        return b"\xff" * 32 + b"\x7f" + b"\xff" * 31


def version_of(name: str, permits: int) -> int:
    whole = record(name, tuple(permit(serial) for serial in range(70000, 70000 + permits)))
    claims = claims_from_record(whole, catalogue(), CodeId(b"\xff" * 10), 300, TODAY, 1_000_000)
    assert len(claims.permits) == permits
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    symbol.add_data(address(ORIGIN, sign(encode_claims(claims), LongestKey())))
    symbol.make(fit=True)
    return int(symbol.version)


@pytest.mark.parametrize(
    ("length", "permits", "largest"),
    [(0, 0, 11), (20, 1, 11), (40, 1, 12), (20, 5, 13), (20, 6, 13), (40, 2, 12)],
)
def test_a_symbol_is_no_denser_than_promised(length: int, permits: int, largest: int) -> None:
    assert len(ORIGIN) == len("https://") + 20
    assert version_of("样" * length, permits) <= largest


def test_a_record_of_any_size_stays_within_version_13() -> None:
    permits = tuple(permit(serial) for serial in range(1, 40))
    claims = claims_from_record(record("样" * 60, permits), catalogue(), CodeId(bytes(10)), 1, TODAY, 0)
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    symbol.add_data(address(ORIGIN, sign(encode_claims(claims), LongestKey())))
    symbol.make(fit=True)
    assert symbol.version <= 13
