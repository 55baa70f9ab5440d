"""Parse one inspection as a phone sends it. Unknown keys are refused, every value is bounded, nothing is guessed.

docs/contributing/inspection-records.md is the contract. The text comes from a signed-in inspector, but through a
browser that may have been changed, so it is checked like any other input.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from licence_qr.domain.catalogue.checklists import ChecklistAnswer
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.inspecting.inspection import (
    AnnouncedPhoto,
    GivenAnswer,
    Inspected,
    Inspection,
    InspectionPurpose,
    ReadBy,
    Signature,
    SignatureKind,
    VisitOutcome,
)
from licence_qr.errors import InputError
from licence_qr.services.register.photo_cleaning import MAX_PHOTO_BYTES

MAX_DOCUMENT_BYTES = 512 * 1024
MAX_PHOTOS = 12
_LONGEST_VISIT = timedelta(hours=24)
_LONGEST_RECTIFICATION = timedelta(days=366)
_MOST_NUMBERS = 20_000
_INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
# Controls except the line break, and characters that reorder text: the desk must read what was written.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _plain(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("control character")
    return text


def _instant(value: object) -> datetime:
    if not (isinstance(value, str) and _INSTANT.fullmatch(value)):
        raise ValueError("not an instant in UTC to the second")
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _day(value: object) -> date:
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("not a day")
    return date.fromisoformat(value)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
User = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,100}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[int, Field(ge=1, le=2**53)]
Short = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)]
Finding = Annotated[str, StringConstraints(max_length=500), AfterValidator(_plain)]
Remarks = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_plain)]
Coordinate = Annotated[int, Field(ge=-2000, le=4000)]
Side = Annotated[int, Field(ge=1, le=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Subject(_Part):
    read_by: ReadBy
    code_number: Annotated[str, StringConstraints(max_length=30), AfterValidator(_plain)]
    code_version: Annotated[int, Field(ge=1, le=2**31)] | None
    uscc: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
    premises_no: Annotated[int, Field(ge=0, le=9999)]
    permit_no: Short

    @model_validator(mode="after")
    def _code(self) -> _Subject:
        if self.read_by is ReadBy.SYMBOL and not (self.code_number and self.code_version):
            raise ValueError("a symbol has number and version")
        return self


class _Checklist(_Part):
    id: Name
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,20}$")]


class _Answer(_Part):
    checklist: Name
    item: Name
    answer: ChecklistAnswer
    finding: Finding
    photos: Annotated[list[Sha256], Field(max_length=MAX_PHOTOS)]

    @model_validator(mode="after")
    def _finding(self) -> _Answer:
        if self.answer is ChecklistAnswer.NO and not self.finding.strip():
            raise ValueError("a finding in words is wanted with no")
        return self


class _Photo(_Part):
    sha256: Sha256
    type: Literal["image/jpeg", "image/png", "image/webp"]
    bytes: Annotated[int, Field(ge=1, le=MAX_PHOTO_BYTES)]
    taken_at: Instant
    note: Short


class _Drawn(_Part):
    kind: Literal["drawn"]
    name: Annotated[str, StringConstraints(max_length=60), AfterValidator(_plain)]
    width: Side
    height: Side
    strokes: Annotated[list[Annotated[list[Coordinate], Field(min_length=2)]], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _pairs(self) -> _Drawn:
        lengths = [len(stroke) for stroke in self.strokes]
        if any(length % 2 for length in lengths) or sum(lengths) > _MOST_NUMBERS:
            raise ValueError("strokes are pairs of numbers, 20000 at most")
        return self


class _Typed(_Part):
    kind: Literal["typed"]
    name: Annotated[str, StringConstraints(max_length=60, pattern=r"\S"), AfterValidator(_plain)]


class _Refused(_Part):
    kind: Literal["refused"]
    reason: Annotated[str, StringConstraints(max_length=200, pattern=r"\S"), AfterValidator(_plain)]


class _Document(_Part):
    format: Annotated[int, Field(ge=1, le=1)]
    id: Uuid
    office: Name
    officer: User
    second_officer: User | None
    purpose: InspectionPurpose
    order: Number | None
    drawn: Number | None
    subject: _Subject
    pack_as_of: Instant | None
    started_at: Instant
    finished_at: Instant
    checklists: Annotated[list[_Checklist], Field(min_length=1, max_length=6)]
    answers: Annotated[list[_Answer], Field(max_length=200)]
    remarks: Remarks
    photos: Annotated[list[_Photo], Field(max_length=MAX_PHOTOS)]
    outcome: VisitOutcome
    rectify_by: Day | None
    fault: Fault | None
    score: Annotated[int, Field(ge=0, le=100)] | None
    grade: Annotated[str, StringConstraints(max_length=12), AfterValidator(_plain)]
    signature: Annotated[_Drawn | _Typed | _Refused, Field(discriminator="kind")]


def read_inspection(body: bytes) -> Inspection:
    """Parse ``body``, an inspection as JSON in UTF-8.

    Raises InputError ``inspection_too_large``, or ``inspection_unreadable`` with ``where``, the path of the first key that
    is wrong or the name of one given twice, and ``why``. It does not ask whether business, code, officers, checklists and
    grade are known: that is judged.
    """
    if len(body) > MAX_DOCUMENT_BYTES:
        raise InputError("inspection_too_large", limit_kb=MAX_DOCUMENT_BYTES // 1024)
    try:
        document = _Document.model_validate_json(body)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        raise _unreadable(".".join(map(str, first["loc"])) or "-", first["type"]) from None
    _demand_each_key_once(body)
    inspection = _value(document)
    _hold_together(inspection)
    return inspection


def _demand_each_key_once(body: bytes) -> None:
    """Refuse a repeated key: some readers keep the first value, others the last (RFC 8259, section 4).

    What is stored and hashed must mean the same to everybody. The text was parsed before, so its depth is bounded, but
    keys and numbers of earlier duplicates were not checked.
    """

    def pairs(members: list[tuple[str, object]]) -> None:
        seen = set()
        for key, _ in members:
            if key in seen:
                raise _unreadable(key[:64], "写了两次 given twice")
            seen.add(key)

    json.loads(body, object_pairs_hook=pairs, parse_int=str, parse_float=str)


def _hold_together(visit: Inspection) -> None:
    """Check rules across keys."""
    if not visit.started_at <= visit.finished_at <= visit.started_at + _LONGEST_VISIT:
        raise _unreadable("finished_at", "out of order")
    ordered = visit.outcome is VisitOutcome.TO_RECTIFY
    if ordered != (visit.rectify_by is not None):
        raise _unreadable("rectify_by", "goes with to_rectify")
    if visit.rectify_by and not visit.visited_on < visit.rectify_by <= visit.visited_on + _LONGEST_RECTIFICATION:
        raise _unreadable("rectify_by", "not after the visit and within a year")
    failed_promise = visit.purpose is InspectionPurpose.FOLLOW_UP and visit.outcome is VisitOutcome.FAILED
    if failed_promise != (visit.fault is not None):
        raise _unreadable("fault", "goes with a failed follow_up")
    if (visit.purpose is InspectionPurpose.RECHECK) != (visit.order is not None):
        raise _unreadable("order", "goes with recheck")
    if visit.drawn is not None and visit.purpose is not InspectionPurpose.DRAWN:
        raise _unreadable("drawn", "goes with drawn")
    announced = [photo.sha256 for photo in visit.photos]
    if len(set(announced)) < len(announced):
        raise _unreadable("photos", "twice")
    if any(set(answer.photos) - set(announced) for answer in visit.answers):
        raise _unreadable("answers", "photo not among photos")


def _unreadable(where: str, why: str) -> InputError:
    return InputError("inspection_unreadable", field=where, where=where, why=why)


def _value(d: _Document) -> Inspection:
    subject = d.subject
    return Inspection(
        id=d.id,
        office=d.office,
        officer=d.officer,
        second_officer=d.second_officer,
        purpose=d.purpose,
        order=d.order,
        drawn=d.drawn,
        subject=Inspected(
            subject.read_by,
            subject.code_number,
            subject.code_version,
            subject.uscc,
            subject.premises_no,
            subject.permit_no,
        ),
        pack_as_of=d.pack_as_of,
        started_at=d.started_at,
        finished_at=d.finished_at,
        checklists=tuple((each.id, each.version) for each in d.checklists),
        answers=tuple(
            GivenAnswer(a.checklist, a.item, a.answer, a.finding.strip(), tuple(a.photos)) for a in d.answers
        ),
        remarks=d.remarks.strip(),
        photos=tuple(AnnouncedPhoto(p.sha256, p.type, p.bytes, p.taken_at, p.note.strip()) for p in d.photos),
        outcome=d.outcome,
        rectify_by=d.rectify_by,
        fault=d.fault,
        shown_score=d.score,
        shown_grade=d.grade,
        signature=_signature(d.signature),
    )


def _signature(signed: _Drawn | _Typed | _Refused) -> Signature:
    match signed:
        case _Drawn():
            strokes = tuple(tuple(stroke) for stroke in signed.strokes)
            return Signature(SignatureKind.DRAWN, signed.name.strip(), "", signed.width, signed.height, strokes)
        case _Typed():
            return Signature(SignatureKind.TYPED, signed.name.strip())
        case _Refused():
            return Signature(SignatureKind.REFUSED, reason=signed.reason.strip())
