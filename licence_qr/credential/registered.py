"""Look up the wire ids of a permit claim in the catalogue. A wire id is never reused."""

from __future__ import annotations

from licence_qr.credential.claims import PermitClaim
from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.errors import TokenError


def registered_type(claim: PermitClaim, catalogue: Catalogue) -> PermitType:
    """The permit type of ``claim``. Raises TokenError ``claims_permit_type_unknown`` (the catalogue may be too old)."""
    found = catalogue.permit_type_by_wire_id(claim.permit_type)
    if found is None:
        raise TokenError("claims_permit_type_unknown", wire_id=claim.permit_type)
    return found


def written_number(claim: PermitClaim, catalogue: Catalogue) -> str:
    """The permit number as printed. Raises TokenError ``claims_template_unknown`` (the catalogue may be too old)."""
    number = claim.number
    if isinstance(number, str):
        return number
    template = catalogue.template_by_wire_id(number.template)
    if template is None:
        raise TokenError("claims_template_unknown", wire_id=number.template)
    return template.render(number.year, number.serial)
