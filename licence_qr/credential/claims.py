"""The claims of a code: their derivation from a combined record, and their bytes (format 1).

The bytes are one canonical CBOR array whose first item is the format number; see docs/verifying/code-format.md, section
3.
"""

from __future__ import annotations

from codecs import utf_16_be_decode
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from licence_qr.credential.cose import OVERHEAD_BYTES
from licence_qr.credential.strict_cbor import head_bytes, read_lax, refuse_other_forms, write_canonical
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.identifiers import CODE_ID_BYTES, USCC_BYTES, CodeId, check_uscc, pack_uscc, unpack_uscc
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.register.record import DIGEST_BYTES, CombinedRecord
from licence_qr.errors import InputError, TokenError

FORMAT = 1
MAX_SIGNED_BYTES = 300  # the densest symbol that a phone still reads from a 30 mm print: version 13-M
_MAX_PAYLOAD_BYTES = MAX_SIGNED_BYTES - OVERHEAD_BYTES - 2  # 2: head of a byte string of 24 to 255 bytes

_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date(2199, 12, 31).toordinal() - _EPOCH
_MAX_NUMBER = (1 << 32) - 1
_MAX_PERMITS = (1 << 16) - 1  # a reader allocates a status for each, so the number is bounded
_SHAPE = [int, bytes, int, int, bytes, bytes, bytes, int, list]
_SHAPE_CUT = [*_SHAPE, int]  # with the total of permits
# The parts of the canonical array with a fixed length: head, format, code id, credit code and digest.
_FIXED_BYTES = 1 + 1 + (1 + CODE_ID_BYTES) + (1 + USCC_BYTES) + (1 + DIGEST_BYTES)

# Named tuples, not dataclasses: every scan creates them, and a frozen dataclass takes four times as long. The reader
# bypasses the constructor: its tuples already have the right length.
_new = tuple.__new__


class TemplateNumber(NamedTuple):
    """A permit number by a registered template: the wire id of the template, the year and the serial."""

    template: int
    year: int
    serial: int


class PermitClaim(NamedTuple):
    """One signed permit. ``permit_type`` is a wire id; ``number`` is the printed text if no template matches it.

    Both days are included; ``valid_to`` None means no expiry date (长期).
    """

    permit_type: int
    number: TemplateNumber | str
    valid_from: date
    valid_to: date | None


class Claims(NamedTuple):
    """The content of a symbol. ``digest`` binds the rest of the combined record to it.

    Status entry ``status_index`` is that of the print, followed by those of the permits in the order of the record.
    ``permit_count`` is the number of all granted permits of the record, and so of those entries, even if fewer are
    signed here.
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
    return fitting(_claims_of_all(record, catalogue, code_id, version, issued_on, status_index))


def _claims_of_all(
    record: CombinedRecord, catalogue: Catalogue, code_id: CodeId, version: int, issued_on: date, status_index: int
) -> Claims:
    """The claims with all permits, whether they fit or not."""
    permits = tuple(_permit_claim(permit, catalogue) for permit in record.signed_permits)
    entity = record.entity
    return Claims(
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


def _permit_claim(permit: Permit, catalogue: Catalogue) -> PermitClaim:
    permit_type = catalogue.permit_types.get(permit.permit_type)
    if permit_type is None:
        raise InputError("code_permit_type_unregistered", field="permit_type", permit_type=permit.permit_type)
    if permit.period is None:
        raise InputError("code_permit_without_period", field="valid_from", permit_no=permit.permit_no)
    template = catalogue.number_template(permit.permit_type, permit.issuing_authority)
    written = template and template.parse(permit.permit_no)
    number = TemplateNumber(template.wire_id, *written) if template and written else permit.permit_no
    return PermitClaim(permit_type.wire_id, number, permit.period.first, permit.period.last)


def fitting(claims: Claims) -> Claims:
    """``claims`` without the last permits that do not fit into a symbol of 300 signed bytes.

    Raises InputError ``code_name_too_long`` when not even the name fits.
    """
    return _fitted(claims)[0]


def _fitted(claims: Claims) -> tuple[Claims, bytes]:
    """The claims that fit, and their bytes."""
    for kept in range(len(claims.permits), -1, -1):
        cut = claims._replace(permits=claims.permits[:kept])
        payload = _encode(cut)
        if len(payload) <= _MAX_PAYLOAD_BYTES:
            return cut, payload
    excess = len(payload) - _MAX_PAYLOAD_BYTES
    length = len(claims.name)
    raise InputError("code_name_too_long", field="name", length=length, limit=length - (excess + 1) // 2)


def encode_claims(claims: Claims) -> bytes:
    """The payload with the permits that fit, checked by reading it back with the strict reader.

    Raises InputError ``code_name_too_long``, and TokenError for claims that every verifier would refuse.
    """
    return _read_back(*_fitted(claims))


def payload_of_record(
    record: CombinedRecord, catalogue: Catalogue, code_id: CodeId, version: int, issued_on: date, status_index: int
) -> bytes:
    """The payload of one version of a code, as ``encode_claims`` of ``claims_from_record``. Raises what both do."""
    return _read_back(*_fitted(_claims_of_all(record, catalogue, code_id, version, issued_on, status_index)))


def _read_back(kept: Claims, payload: bytes) -> bytes:
    if decode_claims(payload) != kept:
        raise TokenError("payload_shape", item="claims")
    return payload


def _encode(claims: Claims) -> bytes:
    items: list[object] = [
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
    return write_canonical(items)


def _permit_items(claim: PermitClaim) -> list[object]:
    wire_number = claim.number if isinstance(claim.number, str) else list(claim.number)
    days = None if claim.valid_to is None else (claim.valid_to - claim.valid_from).days + 1
    return [claim.permit_type, wire_number, _day_number(claim.valid_from), days]


def _day_number(day: date) -> int:
    return day.toordinal() - _EPOCH


def decode_claims(payload: bytes) -> Claims:
    """Read a payload with a valid signature. Inverse of ``encode_claims``.

    Raises TokenError ``payload_not_canonical`` or ``payload_shape`` for other bytes than the canonical array;
    ``claims_format_unknown``; ``claims_number``, ``claims_date``, ``claims_uscc``, ``claims_name`` or
    ``claims_permit_count`` for values that are out of range.
    """
    items = read_lax(payload)
    try:
        claims = _read_claims(items)
    except TokenError:
        refuse_other_forms(items, payload)  # reported first, whatever else is wrong
        raise
    if _canonical_bytes(items) != len(payload):
        raise TokenError("payload_not_canonical")
    return claims


def _canonical_bytes(items: list[Any]) -> int:
    """The length of the canonical encoding of ``items``, which have the types and ranges of claims.

    It replaces encoding them again, which takes three times as long; ``head_bytes`` says why that is enough.
    """
    _, _, version, issued_on, _, name, _, status_index, permits = items[:9]
    size = _FIXED_BYTES + len(name) + head_bytes(len(name)) + head_bytes(version) + head_bytes(issued_on)
    size += head_bytes(status_index) + head_bytes(len(permits))
    if len(items) == len(_SHAPE_CUT):
        size += head_bytes(items[9])
    for permit_type, number, first, days in permits:
        size += 1 + head_bytes(permit_type) + head_bytes(first) + (1 if days is None else head_bytes(days))
        if type(number) is str:
            length = len(number.encode())
            size += length + head_bytes(length)
        else:
            template, year, serial = number
            size += 1 + head_bytes(template) + head_bytes(year) + head_bytes(serial)
    return size


def _read_claims(items: Any) -> Claims:
    kinds = [*map(type, items)] if type(items) is list else []
    if kinds[:1] == [int] and items[0] != FORMAT:
        raise TokenError("claims_format_unknown", found=items[0])
    if kinds == _SHAPE:
        _, code_id, version, issued_on, packed, name, digest, status_index, permits = items
        permit_count = len(permits)
    elif kinds == _SHAPE_CUT:
        _, code_id, version, issued_on, packed, name, digest, status_index, permits, permit_count = items
        if permit_count <= len(permits):
            raise TokenError("claims_permit_count", signed=len(permits), count=permit_count)
    else:
        raise TokenError("payload_shape", item="claims")
    if not (len(code_id) == CODE_ID_BYTES and len(digest) == DIGEST_BYTES):
        raise TokenError("payload_shape", item="digest" if len(code_id) == CODE_ID_BYTES else "code_id")
    if not (1 <= version <= _MAX_NUMBER and 0 <= status_index <= _MAX_NUMBER and permit_count <= _MAX_PERMITS):
        raise TokenError("claims_number", item="version, status_index, permit_count")
    return _new(
        Claims,
        (
            CodeId(code_id),
            version,
            _day(issued_on, "issued_on"),
            _read_uscc(packed),
            _read_name(name),
            digest,
            status_index,
            tuple([_read_permit(permit) for permit in permits]),
            permit_count,
        ),
    )


def _read_permit(items: Any) -> PermitClaim:
    if type(items) is not list or len(items) != 4:
        raise TokenError("payload_shape", item="permit")
    permit_type, number, first, days = items
    if not (type(permit_type) is type(first) is int and (type(days) is int or days is None)):
        raise TokenError("payload_shape", item="permit")
    if not 0 <= permit_type <= _MAX_NUMBER:
        raise TokenError("claims_number", item="permit_type")
    if type(number) is not str:
        number = _read_template_number(number)
    if days is None:
        return _new(PermitClaim, (permit_type, number, _day(first, "valid_from"), None))
    if days < 1:
        raise TokenError("claims_date", item="length")
    return _new(PermitClaim, (permit_type, number, _day(first, "valid_from"), _day(first + days - 1, "valid_to")))


def _read_template_number(items: Any) -> TemplateNumber:
    if type(items) is not list or len(items) != 3:
        raise TokenError("payload_shape", item="number")
    template, year, serial = items
    if not type(template) is type(year) is type(serial) is int:
        raise TokenError("payload_shape", item="number")
    if not (0 <= template <= _MAX_NUMBER and 0 <= year <= 9999 and 0 <= serial <= _MAX_NUMBER):
        raise TokenError("claims_number", item="number")
    return _new(TemplateNumber, (template, year, serial))


def _day(number: int, item: str) -> date:
    if not 0 <= number <= _LAST_DAY:
        raise TokenError("claims_date", item=item)
    return date.fromordinal(_EPOCH + number)


def _read_name(name: bytes) -> str:
    try:
        return utf_16_be_decode(name, "strict", True)[0]  # as name.decode() does after looking up the codec
    except UnicodeDecodeError:
        raise TokenError("claims_name") from None


@lru_cache(maxsize=4096)
def _read_uscc(packed: bytes) -> str:
    try:
        uscc = unpack_uscc(packed)
        check_uscc(uscc)
    except (ValueError, InputError):
        raise TokenError("claims_uscc") from None
    return uscc
