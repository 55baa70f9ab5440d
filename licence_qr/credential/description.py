"""Claims ready to print: names of permit types and written numbers, from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.credential.claims import PermitClaim
from licence_qr.credential.registered import registered_type, written_number
from licence_qr.credential.verifier import Verified
from licence_qr.domain.catalogue.model import Catalogue, Text


@dataclass(frozen=True, slots=True)
class DescribedPermit:
    """One signed permit as printed. ``valid_to`` None means no expiry date (长期)."""

    permit_type: Text
    permit_no: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Description:
    """The content of a verified code, ready to print. ``not_shown`` counts permits that the symbol had no room for."""

    code_number: str
    version: int
    issued_on: date
    uscc: str
    name: str
    permits: tuple[DescribedPermit, ...]
    not_shown: int


def describe(verified: Verified, catalogue: Catalogue) -> Description:
    """Describe a verified code.

    Raises TokenError ``claims_permit_type_unknown`` or ``claims_template_unknown`` when the catalogue is older than the
    code.
    """
    claims = verified.claims
    return Description(
        code_number=claims.code_id.number,
        version=claims.version,
        issued_on=claims.issued_on,
        uscc=claims.uscc,
        name=claims.name,
        permits=tuple(_describe_permit(permit, catalogue) for permit in claims.permits),
        not_shown=claims.permit_count - len(claims.permits),
    )


def _describe_permit(claim: PermitClaim, catalogue: Catalogue) -> DescribedPermit:
    return DescribedPermit(
        permit_type=registered_type(claim, catalogue).name,
        permit_no=written_number(claim, catalogue),
        valid_from=claim.valid_from,
        valid_to=claim.valid_to,
    )
