"""What a code says: its claims, how they follow from a combined record, and their bytes (format 1).

The bytes are one canonical CBOR array whose first item is the format number; see docs/code-format.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import cbor2

from licence_qr.credential.cose import OVERHEAD_BYTES
from licence_qr.credential.wire import NULL, read_array, read_fixed, read_string, read_uint
from licence_qr.domain.catalogue import Catalogue
from licence_qr.domain.dates import Period
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId, pack_uscc, parse_uscc, unpack_uscc
from licence_qr.domain.permit import Permit
from licence_qr.domain.record import DIGEST_BYTES, CombinedRecord
from licence_qr.errors import InputError, TokenError

FORMAT = 1
MAX_SIGNED_BYTES = 300  # the densest symbol that a phone still reads off a 30 mm print: version 13-M
_MAX_PAYLOAD_BYTES = MAX_SIGNED_BYTES - OVERHEAD_BYTES - 2  # 2: head of a byte string of 24 to 255 bytes

_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date(2199, 12, 31).toordinal() - _EPOCH
_ITEMS = 9  # of the array, without the total of permits
_USCC_BYTES = 11


@dataclass(frozen=True, slots=True)
class TemplateNumber:
    """A permit number that a registered template writes: the template's wire id, the year and the serial."""

    template: int
    year: int
    serial: int


@dataclass(frozen=True, slots=True)
class PermitClaim:
    """One signed permit. ``permit_type`` is a wire id; ``number`` is the printed text where no template writes it."""

    permit_type: int
    number: TemplateNumber | str
    period: Period


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything a symbol says. ``digest`` binds the rest of the combined record to it.

    Status entry ``status_index`` is the print's; the entries after it are the permits', in the order of the record.
    ``permit_count`` counts all granted permits of the record and so those entries, also where fewer are signed here.
    """

    code_id: CodeId
    version: int
    issued_on: date
    uscc: str
    name: str
    digest: bytes
    status_index: int
    permits: tuple[PermitClaim, ...]
    permit_count: int


def claims_from_record(
    record: CombinedRecord, catalogue: Catalogue, code_id: CodeId, version: int, issued_on: date, status_index: int
) -> Claims:
    """The claims of one version of a code, cut to the permits that fit into the symbol.

    Raises InputError ``code_name_too_long``, ``code_permit_type_unregistered`` or ``code_permit_without_period``.
    """
    permits = tuple(_permit_claim(permit, catalogue) for permit in record.signed_permits)
    entity = record.entity
    return fitting(
        Claims(
            code_id=code_id,
            version=version,
            issued_on=issued_on,
            uscc=entity.uscc,
            name=entity.name,
            digest=record.digest(),
            status_index=status_index,
            permits=permits,
            permit_count=len(permits),
        )
    )


def _permit_claim(permit: Permit, catalogue: Catalogue) -> PermitClaim:
    permit_type = catalogue.permit_types.get(permit.permit_type)
    if permit_type is None:
        raise InputError("code_permit_type_unregistered", field="permit_type", permit_type=permit.permit_type)
    if permit.period is None:
        raise InputError("code_permit_without_period", field="valid_from", permit_no=permit.permit_no)
    template = catalogue.number_template(permit.permit_type, permit.issuing_authority)
    written = template and template.parse(permit.permit_no)
    number = TemplateNumber(template.wire_id, *written) if template and written else permit.permit_no
    return PermitClaim(permit_type.wire_id, number, permit.period)


def fitting(claims: Claims) -> Claims:
    """``claims`` without the last permits that a symbol of 300 signed bytes has no room for; never a denser symbol.

    Raises InputError ``code_name_too_long`` when not even the name fits.
    """
    for kept in range(len(claims.permits), -1, -1):
        cut = replace(claims, permits=claims.permits[:kept])
        if len(_encode(cut)) <= _MAX_PAYLOAD_BYTES:
            return cut
    excess = len(_encode(cut)) - _MAX_PAYLOAD_BYTES
    length = len(claims.name)
    raise InputError("code_name_too_long", field="name", length=length, limit=length - (excess + 1) // 2)


def encode_claims(claims: Claims) -> bytes:
    """The payload of the permits that fit. What it returns has been read back by the strict reader.

    Raises InputError ``code_name_too_long``, and TokenError for claims that every verifier would refuse.
    """
    kept = fitting(claims)
    payload = _encode(kept)
    if decode_claims(payload) != kept:
        raise TokenError("payload_shape", item="claims")
    return payload


def _encode(claims: Claims) -> bytes:
    items = [
        FORMAT,
        claims.code_id.value,
        claims.version,
        _day_number(claims.issued_on),
        pack_uscc(claims.uscc),
        claims.name.encode("utf-16-be"),
        claims.digest,
        claims.status_index,
        [_permit_items(permit) for permit in claims.permits],
    ]
    if claims.permit_count > len(claims.permits):
        items.append(claims.permit_count)
    return cbor2.dumps(items, canonical=True)


def _permit_items(claim: PermitClaim) -> list[object]:
    number = claim.number
    wire_number = number if isinstance(number, str) else [number.template, number.year, number.serial]
    return [claim.permit_type, wire_number, _day_number(claim.period.first), claim.period.days]


def _day_number(day: date) -> int:
    return day.toordinal() - _EPOCH


def decode_claims(payload: bytes) -> Claims:
    """Read a payload whose signature holds. Inverse of ``encode_claims``.

    Raises TokenError ``claims_format_unknown``; ``payload_truncated``, ``payload_trailing``, ``payload_not_canonical`` or
    ``payload_shape`` for other bytes than the canonical array; ``claims_version``, ``claims_date``, ``claims_uscc``,
    ``claims_name`` or ``claims_permit_count`` for values that no office can have meant.
    """
    try:
        claims, end = _read_claims(payload)
    except IndexError:
        raise TokenError("payload_truncated", length=len(payload)) from None
    if end > len(payload):
        raise TokenError("payload_truncated", length=len(payload))
    if end < len(payload):
        raise TokenError("payload_trailing", count=len(payload) - end)
    return claims


def _read_claims(payload: bytes) -> tuple[Claims, int]:
    size, at = read_array(payload, 0, "claims")
    format_number, at = read_uint(payload, at, "format")
    if format_number != FORMAT:
        raise TokenError("claims_format_unknown", found=format_number)
    if size not in (_ITEMS, _ITEMS + 1):
        raise TokenError("payload_shape", item="claims")
    code_id, at = read_fixed(payload, at, CODE_ID_BYTES, "code_id")
    version, at = read_uint(payload, at, "version")
    if version < 1:
        raise TokenError("claims_version")
    issued, at = read_uint(payload, at, "issued_on")
    packed, at = read_fixed(payload, at, _USCC_BYTES, "uscc")
    name, at = read_string(payload, at, 0x40, "name")
    digest, at = read_fixed(payload, at, DIGEST_BYTES, "digest")
    status_index, at = read_uint(payload, at, "status_index")
    permits, at = _read_permits(payload, at)
    count = len(permits)
    if size > _ITEMS:
        count, at = read_uint(payload, at, "permit_count")
        if count <= len(permits):
            raise TokenError("claims_permit_count", signed=len(permits), count=count)
    if at > len(payload):
        raise IndexError  # a string ran past the end: its content is short and must not be judged
    issued_on, uscc = _day(issued, "issued_on"), _read_uscc(packed)
    claims = Claims(CodeId(code_id), version, issued_on, uscc, _read_name(name), digest, status_index, permits, count)
    return claims, at


def _read_permits(payload: bytes, at: int) -> tuple[tuple[PermitClaim, ...], int]:
    size, at = read_array(payload, at, "permits")
    permits = []
    for _ in range(size):
        permit, at = _read_permit(payload, at)
        permits.append(permit)
    return tuple(permits), at


def _read_permit(payload: bytes, at: int) -> tuple[PermitClaim, int]:
    if payload[at] != 0x84:
        raise TokenError("payload_shape", item="permit")
    permit_type, at = read_uint(payload, at + 1, "permit_type")
    number, at = _read_number(payload, at)
    first, at = read_uint(payload, at, "valid_from")
    if payload[at] == NULL:
        return PermitClaim(permit_type, number, Period(_day(first, "valid_from"), None)), at + 1
    days, at = read_uint(payload, at, "length")
    if days < 1:
        raise TokenError("claims_date", item="length")
    period = Period(_day(first, "valid_from"), _day(first + days - 1, "valid_to"))
    return PermitClaim(permit_type, number, period), at


def _read_number(payload: bytes, at: int) -> tuple[TemplateNumber | str, int]:
    if payload[at] == 0x83:
        template, at = read_uint(payload, at + 1, "number")
        year, at = read_uint(payload, at, "number")
        serial, at = read_uint(payload, at, "number")
        return TemplateNumber(template, year, serial), at
    text, at = read_string(payload, at, 0x60, "number")
    if at > len(payload):
        raise IndexError
    try:
        return text.decode("utf-8"), at
    except UnicodeDecodeError:
        raise TokenError("payload_not_canonical", item="number") from None


def _day(number: int, item: str) -> date:
    if number > _LAST_DAY:
        raise TokenError("claims_date", item=item)
    return date.fromordinal(_EPOCH + number)


def _read_name(name: bytes) -> str:
    try:
        return name.decode("utf-16-be")
    except UnicodeDecodeError:
        raise TokenError("claims_name") from None


@lru_cache(maxsize=4096)
def _read_uscc(packed: bytes) -> str:
    try:
        uscc = unpack_uscc(packed)
        parse_uscc(uscc)
    except (ValueError, InputError):
        raise TokenError("claims_uscc") from None
    return uscc
