"""The combined record of the licence and the permits of one business, and its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.register.entity import Entity, Premises
from licence_qr.domain.register.permit import Permit

DIGEST_BYTES = 16


@dataclass(frozen=True)
class CombinedRecord:
    """One business licence with the premises and granted permits of its holder, in the order of premises and number.

    It has public facts only, and no status or grade: those may change without a new version of the code.
    """

    entity: Entity
    premises: tuple[Premises, ...]
    permits: tuple[Permit, ...]

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON values: strings, integers, null, lists and objects."""
        entity = self.entity
        return {
            "format": 1,
            "entity": {
                "uscc": entity.uscc,
                "form": entity.form.value,
                "name": entity.name,
                "entity_type": entity.entity_type,
                "principal": entity.principal,
                "registered_capital": entity.registered_capital,
                "established_on": entity.established_on.isoformat(),
                "issued_on": entity.issued_on.isoformat(),
                "term_to": entity.term_to and entity.term_to.isoformat(),
                "domicile": entity.domicile,
                "business_scope": entity.business_scope,
                "registration_authority": entity.registration_authority,
            },
            "premises": [{"premises_no": p.premises_no, "address": p.address} for p in self.premises if p.open],
            "permits": [_permit_facts(p) for p in self.signed_permits],
        }

    @property
    def signed_permits(self) -> tuple[Permit, ...]:
        """The permits that were granted; pending and refused ones are not part of a signed record."""
        return tuple(p for p in self.permits if p.granted)

    def canonical(self) -> bytes:
        """The canonical bytes: JSON Canonicalization Scheme (RFC 8785) of ``to_json``."""
        return self._canonical

    @cached_property
    def _canonical(self) -> bytes:
        return canonical_json(self.to_json()).encode("utf-8")

    def digest(self) -> bytes:
        """The first 16 bytes of SHA-256 over ``canonical()``, which bind the symbol to facts it has no room for."""
        return self._digest

    @cached_property
    def _digest(self) -> bytes:
        return hashlib.sha256(self._canonical).digest()[:DIGEST_BYTES]


def _permit_facts(permit: Permit) -> dict[str, Any]:
    # A permit without a promise says nothing of one: what was signed before there were any stays as it is.
    promise = {"promise": permit.promise} if permit.promise else {}
    return {
        "permit_type": permit.permit_type,
        "permit_no": permit.permit_no,
        "premises_no": permit.premises_no,
        "kinds": list(permit.kinds),
        "items": permit.items,
        "issuing_authority": permit.issuing_authority,
        "handling_office": permit.handling_office,
        "issued_on": permit.issued_on and permit.issued_on.isoformat(),
        "valid_from": permit.period and permit.period.first.isoformat(),
        "valid_to": permit.period and permit.period.last and permit.period.last.isoformat(),
        **promise,
    }
