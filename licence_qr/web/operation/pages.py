"""``/healthz``, ``/readyz``, ``/metrics`` (docs/running/watching.md). None writes to the register or waits for a writer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify

from licence_qr.domain.dates import local_date
from licence_qr.errors import AccessError, LicenceQRError
from licence_qr.process import metrics
from licence_qr.process.metrics import Reading
from licence_qr.services.operation.readiness import Readiness, Watching
from licence_qr.services.publishing.status_publisher import SIGNER_UNREACHABLE
from licence_qr.web import current_instant
from licence_qr.web.operation.measured import note_route
from licence_qr.web.operation.peers import is_watcher
from licence_qr.web.shell.handed import Handed
from licence_qr.wording import explain

blueprint = Blueprint("operation", __name__)
blueprint.app_url_value_preprocessor(note_route)


@dataclass(frozen=True, slots=True)
class WatchingServices:
    """``metrics_folder`` is where the workers of this server count; None where there is but this process."""

    watching: Watching
    token_file: Path | None
    metrics_folder: Path | None


services = Handed(WatchingServices)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers. Nothing else is looked at: a register that is away is no reason to start it anew."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 where all is as it must be, else 503 with the reasons, which only those who watch are told."""
    found = services().watching.look(current_instant())
    told: dict[str, Any] = {"status": "not_ready" if found.reasons else "ready"}
    if is_watcher(services().token_file):
        told |= _details(found)
    response = jsonify(told)
    response.status_code = 503 if found.reasons else 200
    return response


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Counts and readings in the text format of Prometheus. Raises AccessError ``metrics_closed``."""
    given = services()
    if not is_watcher(given.token_file):
        raise AccessError("metrics_closed")
    readings = _readings(given.watching.look(current_instant()))
    return Response(metrics.exposition(readings, given.metrics_folder), content_type=metrics.CONTENT_TYPE)


def _details(found: Readiness) -> dict[str, Any]:
    return {
        "reasons": [_reason(each) for each in found.reasons],
        "writer_busy": found.writer_busy,
        "writers_waiting": found.writers_waiting,
        "status_list_age_seconds": _age(found, found.status_list_issued_at),
        "backup_age_seconds": _age(found, found.backed_up_at),
        "trust_list": {
            "sequence": found.trust_list_sequence,
            "age_seconds": _age(found, found.trust_list_issued_at),
            "signing_until": {purpose.value: day.isoformat() for purpose, day in found.signing_until.items()},
        },
        "versions_waiting_for_signature": found.versions_waiting,
        "free_bytes": found.free_bytes,
    }


def _reason(error: LicenceQRError) -> dict[str, str]:
    return {"code": error.code, "zh": str(explain(error, "zh")), "en": str(explain(error, "en"))}


def _age(found: Readiness, since: datetime | None) -> int | None:
    return None if since is None else int((found.at - since).total_seconds())


def _readings(found: Readiness) -> Iterator[Reading]:
    yield Reading("ready", "1 where /readyz answers 200", float(not found.reasons))
    for reason in found.reasons:
        yield Reading("not_ready", "1 for each reason why not", 1.0, (("code", reason.code),))
    if (backup_age := _age(found, found.backed_up_at)) is not None:
        yield Reading("backup_age_seconds", "Age of the last good backup", float(backup_age))
    ages = {"status": found.status_list_issued_at, "trust": found.trust_list_issued_at}
    for name, issued_at in ages.items():
        age = _age(found, issued_at)
        if age is not None:
            yield Reading("list_age_seconds", "Age of the newest list", float(age), (("list", name),))
    for purpose, day in found.signing_until.items():
        left = float(_days_left(found, day))
        yield Reading("signing_key_days_left", "Days until no key may sign", left, (("purpose", purpose.value),))
    for folder, free in found.free_bytes.items():
        yield Reading("disk_free_bytes", "Free space on the disk of a folder", float(free), (("folder", folder),))
    if found.reports_with_text is not None:
        yield Reading("reports_with_text", "Problem reports whose text is kept", float(found.reports_with_text))
    if found.unswept_businesses is not None:
        unswept = float(found.unswept_businesses)
        yield Reading("unswept_businesses", "Businesses that the last daily sweep could not record", unswept)
    yield from _of_signer(found)
    set_aside = float(found.events_set_aside)
    yield Reading("events_set_aside", "Files beside the register that are no events", set_aside)
    if found.writer_busy is not None:
        yield Reading("writer_busy", "1 while somebody writes to the register", float(found.writer_busy))
    yield Reading("writers_waiting", "Writers that wait for their turn", float(found.writers_waiting))


def _of_signer(found: Readiness) -> Iterator[Reading]:
    up = float(all(reason.code != SIGNER_UNREACHABLE for reason in found.reasons))
    yield Reading("signer_up", "1 where the process that holds the keys answers", up)
    if found.versions_waiting is not None:
        waiting = float(found.versions_waiting)
        yield Reading("versions_waiting_for_signature", "Versions of codes that wait for a signature", waiting)


def _days_left(found: Readiness, day: date) -> int:
    return (day - local_date(found.at)).days
