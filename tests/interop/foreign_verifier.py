"""A verifier of our codes that shares no code with us: python-cwt for COSE and CBOR, token-status-list for the bits.

Written from docs/verifying/code-format.md alone, and run by an interpreter that has the foreign libraries and not this
project.
On each line of standard input comes one JSON object, ``{"task": …, …}``; one line goes out for it, ``{"answer": …}`` or
``{"fault": …}`` with what the libraries raised. Bytes are hexadecimal.
"""

from __future__ import annotations

import json
import sys
import traceback
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import cbor2
from cwt import COSE, COSEKey
from token_status_list import BitArray

AAD = {"code": b"licence-qr/1", "trust": b"licence-qr/trust/1"}
ALG, KID, ES256 = 1, 4, -7
KTY, EC2, KEY_KID, KEY_ALG, KEY_OPS, SIGN, VERIFY = 1, 2, 2, 3, 4, 1, 2
CRV, P256, X, Y, D = -1, 1, -2, -3, -4
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PURPOSES = {1: "licence", 2: "status", 3: "log"}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
EPOCH = date(1970, 1, 1)


def cose_key(point: bytes, kid: bytes, secret: bytes | None = None) -> Any:
    """A COSE_Key (RFC 9053, section 7.1.1) of an uncompressed point; with ``secret`` it signs, else it verifies."""
    fields = {KTY: EC2, KEY_KID: kid, KEY_ALG: ES256, CRV: P256, X: point[1:33], Y: point[33:]}
    fields |= {KEY_OPS: [VERIFY]} if secret is None else {KEY_OPS: [SIGN], D: secret}
    return COSEKey.new(fields)


def opened(signed: bytes, keys: list[Any], aad: bytes) -> bytes:
    """The payload of a COSE_Sign1 whose signature holds under the key that its kid names."""
    payload: bytes = COSE.new(verify_kid=True).decode(signed, keys, external_aad=aad)
    return payload


def trusted_keys(asked: dict[str, Any], purpose: str) -> list[Any]:
    """The keys of one purpose in the trust list, once the root's signature holds."""
    signed = bytes.fromhex(asked["trust_list"])
    root_kid = cbor2.loads(cbor2.loads(signed).value[0])[KID]
    root = cose_key(bytes.fromhex(asked["root"]), root_kid)
    _format, _sequence, _issued, _hosts, keys = cbor2.loads(opened(signed, [root], AAD["trust"]))
    return [cose_key(key[2], key[0]) for key in keys if PURPOSES[key[1]] == purpose]


def credit_code(packed: bytes) -> str:
    """The 18 characters behind 11 bytes."""
    number, text = int.from_bytes(packed, "big"), ""
    for _ in range(18):
        number, value = divmod(number, 31)
        text = USCC[value] + text
    return text


def code_number(code_id: bytes) -> str:
    """80 bits as 16 characters in fours, and the check of ISO/IEC 7064, Mod 33,32 (section 9)."""
    number, check = int.from_bytes(code_id, "big"), 32
    values = [number >> shift & 31 for shift in range(75, -5, -5)]
    for value in values:
        check = 2 * ((check + value) % 32 or 32) % 33
    text = "".join(CROCKFORD[value] for value in (*values, (1 - check) % 32))
    return "-".join(text[start : start + 4] for start in range(0, 17, 4))


def day(number: int) -> str:
    """A day number as an ISO date."""
    return (EPOCH + timedelta(number)).isoformat()


def claims(payload: bytes) -> dict[str, Any]:
    """What a code says, by the table of section 3."""
    _format, code_id, version, issued, uscc, name, digest, index, permits, *total = cbor2.loads(payload)
    return {
        "code_number": code_number(code_id),
        "version": version,
        "issued_on": day(issued),
        "uscc": credit_code(uscc),
        "name": name.decode("utf-16-be"),
        "digest": digest.hex(),
        "status_index": index,
        "permits": [permit(*fields) for fields in permits],
        "permit_count": total[0] if total else len(permits),
    }


def permit(kind: int, number: Any, first: int, length: int | None) -> dict[str, Any]:
    """One permit; its length in days counts both ends."""
    valid_to = None if length is None else day(first + length - 1)
    return {"permit_type": kind, "number": number, "valid_from": day(first), "valid_to": valid_to}


def read_codes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """For each symbol's text its claims, or why it was refused."""
    keys = trusted_keys(asked, "licence")
    return [_read(lambda text=text: claims(opened(_token(text), keys, AAD["code"]))) for text in asked["texts"]]


def _token(text: str) -> bytes:
    number = int(text.rpartition("/c/")[2])
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _read(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except Exception as refusal:  # the library throws whatever its parsers throw
        return {"refused": type(refusal).__name__}


def accepted(asked: dict[str, Any]) -> list[bool]:
    """For each of ``tokens`` whether a stock library, asked only for the signature, takes it for good."""
    key = cose_key(bytes.fromhex(asked["key"]), bytes.fromhex(asked["kid"]))
    aad = bytes.fromhex(asked["aad"])
    return [
        "refused" not in _read(lambda t=t: {"payload": opened(bytes.fromhex(t), [key], aad)}) for t in asked["tokens"]
    ]


def sign(asked: dict[str, Any]) -> str:
    """A COSE_Sign1 made by the foreign library, with low s: signed again until it is."""
    key = cose_key(bytes.fromhex(asked["key"]), bytes.fromhex(asked["kid"]), bytes.fromhex(asked["secret"]))
    protected = {ALG: ES256, KID: bytes.fromhex(asked["kid"])}
    while True:
        signed: bytes = COSE.new().encode(
            bytes.fromhex(asked["payload"]), key, protected, {}, external_aad=bytes.fromhex(asked["aad"])
        )
        if int.from_bytes(signed[-32:], "big") <= ORDER // 2:
            return signed.hex()


def read_vectors(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Each vector's claims and, where it has a status list, the values of the print and of its permits."""
    return [_vector(vector) for vector in asked["vectors"]]


def _vector(vector: dict[str, Any]) -> dict[str, Any]:
    vector = {"root": vector["root_key"], "texts": [vector["text"]], **vector}
    [found] = read_codes(vector)
    if "status_list" not in vector:
        return {"claims": found, "values": None}
    block = range(found["status_index"], found["status_index"] + found["permit_count"] + 1)
    listed = read_status_list({**vector, "indices": []})
    indices = [index for index in block if index < listed["size"]]
    return {"claims": found, "values": read_status_list({**vector, "indices": indices})["values"]}


def read_status_list(asked: dict[str, Any]) -> dict[str, Any]:
    """A signed status list as the draft has it (section 5.2): type, claims, and the value at each of ``indices``."""
    keys = trusted_keys(asked, "status")
    headers, _, payload = COSE.new(verify_kid=True).decode_with_headers(bytes.fromhex(asked["status_list"]), keys)
    claims = cbor2.loads(payload)
    listed = claims.pop(65533)
    bits = BitArray(listed["bits"], zlib.decompress(listed["lst"]))
    values = [bits[index] for index in asked["indices"]]
    return {"type": headers[16], "claims": claims, "bits": bits.bits, "size": bits.size, "values": values}


def pack_statuses(asked: dict[str, Any]) -> dict[str, str]:
    """Two-bit values as the foreign encoder packs and compresses them."""
    packed = BitArray.with_at_least(2, len(asked["values"]))
    for index, value in enumerate(asked["values"]):
        packed[index] = value
    return {"packed": bytes(packed.lst).hex(), "compressed": packed.compressed().hex()}


def unpack_statuses(asked: dict[str, Any]) -> list[int]:
    """The two-bit values of a compressed list, as the foreign decoder reads them."""
    bits = BitArray(2, zlib.decompress(bytes.fromhex(asked["compressed"])))
    return [bits[index] for index in range(bits.size)]


def modules(_asked: dict[str, Any]) -> list[str]:
    """What is loaded here: the witness that nothing of ours is."""
    return sorted(sys.modules)


TASKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    task.__name__: task
    for task in (
        read_codes,
        read_vectors,
        read_status_list,
        accepted,
        sign,
        pack_statuses,
        unpack_statuses,
        modules,
    )
}


def answered(line: str) -> dict[str, Any]:
    """The answer to one line, or the fault it ended in."""
    asked = json.loads(line)
    try:
        return {"answer": TASKS[asked["task"]](asked)}
    except Exception:  # the library throws whatever its parsers throw
        return {"fault": traceback.format_exc()}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answered(line)) + "\n")
        sys.stdout.flush()
