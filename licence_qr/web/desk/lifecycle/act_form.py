"""What the form of an act is made of: what it is about, and the act's own questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.domain.lifecycle.acts import Rule, Subject
from licence_qr.domain.lifecycle.details import Details
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit
from licence_qr.web.shell.forms import Field, TypedForm
from licence_qr.wording.text import Text

DATE_EXAMPLE = Text("例如 2026-11-23。", "For example 2026-11-23.")


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act on one subject, by a rule that its state allows."""

    detail: BusinessDetail
    subject: Subject
    rule: Rule
    permit: HeldPermit | None
    catalogue: Catalogue
    today: date

    @property
    def permit_type(self) -> PermitType | None:
        """The type of the permit; None for the licence, and for a type that is not in the catalogue."""
        return self.catalogue.permit_types.get(self.permit.permit.permit_type) if self.permit else None


def nothing(case: ActForm) -> dict[str, str]:
    """The first values of a form whose fields start empty: none."""
    return {}


@dataclass(frozen=True, slots=True)
class ActQuestions:
    """The questions of one act beside its grounds, and what they are read into: of no use once a problem has been noted.

    ``registered`` gives the fields of a change as the register says them now; ``first`` what else stands in the form before
    anything is typed.
    """

    fields: Callable[[ActForm], tuple[Field, ...]]
    read: Callable[[TypedForm], Details | None]
    registered: Callable[[ActForm], dict[str, str]] = nothing
    first: Callable[[ActForm], dict[str, str]] = nothing
