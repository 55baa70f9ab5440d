"""The catalogue that ships with the package, read once for all tests that only ask it, and how to ask what a trade needs."""

from __future__ import annotations

from datetime import date

from licence_qr.catalogue.loader import load_catalogue
from licence_qr.domain.catalogue.model import Catalogue, Requirement, RequirementAction
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements

CATALOGUE = load_catalogue()
ASKED_ON = date(2026, 11, 23)


def ask(
    trade: str,
    *kinds: str,
    area: int | None = None,
    day: date = ASKED_ON,
    office: str = "jinfeng",
    catalogue: Catalogue = CATALOGUE,
    **answers: bool,
) -> dict[str, Requirement]:
    """What the trade needs, by permit type."""
    facts = KnownFacts(kinds, answers, area)
    return {r.permit_type.id: r for r in requirements(catalogue, trade, office, facts, day)}


def actions(found: dict[str, Requirement]) -> dict[str, RequirementAction]:
    """Where each is taken care of."""
    return {permit_type: requirement.action for permit_type, requirement in found.items()}
