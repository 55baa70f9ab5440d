"""A permit of another authority, as it is entered here: what its officer grants, or what was shown at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.dates import Period
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.written_dates import without_end
from licence_qr.errors import InvalidApplication

FIRST_DAY = date(1970, 1, 1)  # on which a permit in a code may begin


@dataclass(frozen=True, slots=True)
class Certificate:
    """Number, permitted activities (may be empty), date of issue and validity of one permit."""

    permit_no: str
    items: str
    issued_on: date
    period: Period


def parse_certificate(fields: Mapping[str, str], today: date) -> Certificate:
    """The certificate that ``fields`` (``field_names.CERTIFICATE_FIELDS``) describe; it is in force ``today``.

    Without ``valid_from`` it holds from its date of issue, without ``valid_to`` for good. Raises InvalidApplication with
    every problem in the order of the form; each names its field.
    """
    reader = FieldReader(fields)
    permit_no = reader.text("permit_no")
    items = reader.text("permitted_items", required=False)
    issued_on = reader.date("issued_on")
    first = reader.date("valid_from") if reader.typed("valid_from") else issued_on
    typed = reader.typed("valid_to")
    last = reader.date("valid_to") if typed and not without_end(typed) else None
    if issued_on is not None and issued_on > today:
        reader.refuse("date_in_future", "issued_on", found=issued_on.isoformat(), today=today.isoformat())
    if first is not None and first < FIRST_DAY:
        reader.refuse(
            "certificate_too_early",
            "valid_from" if reader.typed("valid_from") else "issued_on",
            found=first.isoformat(),
        )
    if first is not None and last is not None and last < first:
        reader.refuse("certificate_ends_before_start", "valid_to", first=first.isoformat(), last=last.isoformat())
    elif last is not None and last < today:
        reader.refuse("certificate_ended", "valid_to", last=last.isoformat(), today=today.isoformat())
    if reader.problems or issued_on is None or first is None:
        raise InvalidApplication(reader.problems)
    return Certificate(permit_no, items, issued_on, Period(first, last))
