"""The public facts as JSON: an allow-list, field by field. docs/verifying/public-json.md describes every one of them."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from licence_qr.domain.catalogue.grading import GradingScale, scale_title
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.publishing import sayings
from licence_qr.domain.publishing.public_page import (
    PublicInspection,
    PublicItem,
    PublicLicence,
    PublicMark,
    PublicPage,
    PublicPermit,
)
from licence_qr.wording.states import Saying, state

FORMAT = 1


def public_json(page: PublicPage) -> dict[str, Any]:
    """Plain JSON values of exactly the public fields: dates as YYYY-MM-DD, the instant in UTC, null for "none"."""
    said = sayings.headline(page)
    return {
        "format": FORMAT,
        "verdict": page.verdict.value,
        "today": page.today.value,
        "headline": _text(said.words),
        **_shown(said),
        "found_by": page.found_by.value,
        "licence": _licence(page.licence),
        "addresses": list(page.addresses),
        "permits": [_permit(permit) for permit in page.permits],
        "code_number": page.code_number,
        "version": page.version,
        "printed_on": page.printed_on.isoformat(),
        "newest_version": page.newest_version,
        "newest_printed_on": page.newest_printed_on.isoformat(),
        "checked_at": page.checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "specimen": page.specimen,
        "marks": [_mark(mark) for mark in page.marks],
        "print_void_since": _day(page.print_void_since),
        "items": [_item(item) for item in page.items],
    }


def _licence(licence: PublicLicence) -> dict[str, Any]:
    return {
        "uscc": licence.uscc,
        "form": licence.form.value,
        "name": licence.name,
        "entity_type": licence.entity_type,
        "principal": licence.principal,
        "registered_capital": licence.registered_capital,
        "established_on": _day(licence.established_on),
        "term_to": _day(licence.term_to),
        "domicile": licence.domicile,
        "business_scope": licence.business_scope,
        "authority": _text(licence.authority),
        "issued_on": _day(licence.issued_on),
        "state": licence.state.value,
        **_shown(state(f"status.{licence.state.value}")),
        "state_since": _day(licence.state_since),
        "dormant_until": _day(licence.dormant_until),
    }


def _permit(permit: PublicPermit) -> dict[str, Any]:
    return {
        "permit_type": _text(permit.permit_type),
        "permit_no": permit.permit_no,
        **_shown(sayings.permit_status(permit)),
        "address": permit.address,
        "items": permit.items,
        "authority": _text(permit.authority),
        "office": _text(permit.office),
        "status": permit.status.value,
        "mode": permit.mode.value,
        "valid_from": _day(permit.valid_from),
        "valid_to": _day(permit.valid_to),
        "days_left": permit.days_left,
        "state_since": _day(permit.state_since),
        "grade": permit.grade,
        "graded_on": _day(permit.graded_on),
        "follow_up_due": _day(permit.follow_up_due),
        "checked_on": _day(permit.checked_on),
        "deemed_renewed": permit.deemed_renewed,
        "ended_by": permit.ended_by and permit.ended_by.value,
        "gradable": permit.gradable,
        "suspension": permit.suspension and permit.suspension.value,
        "scale": permit.scale and _scale(permit.scale),
        "promise": permit.promise or None,
        "inspection": permit.inspection and _inspection(permit.inspection),
    }


def _scale(scale: GradingScale) -> dict[str, Any]:
    grades = [{"grade": each.id, "name": _text(each.name)} for each in scale.grades]
    return {"name": _text(scale_title(scale)), "grades": grades}


def _inspection(inspection: PublicInspection) -> dict[str, Any]:
    return {
        "inspected_on": _day(inspection.inspected_on),
        "order_met": inspection.order_met,
        "order_ended_on": _day(inspection.order_ended_on),
    }


def _item(item: PublicItem) -> dict[str, Any]:
    return {
        "permit_type": _text(item.permit_type),
        "authority": _text(item.authority),
        "address": item.address,
        "standing": item.standing.value,
        **_shown(sayings.item_standing(item)),
        "since": _day(item.since),
        "permit_no": item.permit_no,
    }


def _mark(mark: PublicMark) -> dict[str, Any]:
    return {
        "kind": mark.kind.value,
        "name": _text(mark.name),
        **_shown(state(f"mark.{mark.kind.value}")),
        "since": _day(mark.since),
        "until": _day(mark.until),
    }


def _shown(said: Saying | sayings.FirstWords) -> dict[str, Any]:
    """How it is shown, and how grave it is."""
    return {"tone": said.tone.value, "severity": said.severity}


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
