"""What a phone sends is read strictly: every key known and bounded, and each fault named by its path."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspection_texts import VISIT, announced, document, written
from shipped import CATALOGUE

from licence_qr.domain.inspecting.inspection import InspectionPurpose, SignatureKind, VisitOutcome
from licence_qr.errors import InputError
from licence_qr.services.inspecting.document import MAX_DOCUMENT_BYTES, read_inspection

DOCS = Path(__file__).parents[3] / "docs" / "contributing" / "inspection-records.md"


def refusal(body: bytes) -> InputError:
    """Why ``body`` cannot be read."""
    with pytest.raises(InputError) as refused:
        read_inspection(body)
    return refused.value


def changed(path: str, value: Any) -> bytes:
    """The text of a visit with one value changed, or removed where ``value`` is ``...``."""
    whole = document(CATALOGUE, photos=[announced(b"1")])
    part: Any = whole
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return written(whole)


def test_a_visit_is_read_as_it_was_written():
    drawn = {"kind": "drawn", "name": "张示例", "width": 600, "height": 200, "strokes": [[1, 2, 3, 4]]}
    whole = document(CATALOGUE, outcome="to_rectify", rectify_by="2026-12-10", signature=drawn, remarks="一\n二")
    visit = read_inspection(written(whole))
    assert (visit.id, visit.purpose, visit.outcome) == (VISIT, InspectionPurpose.ROUTINE, VisitOutcome.TO_RECTIFY)
    assert visit.finished_at == datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
    assert (visit.visited_on, visit.rectify_by) == (date(2026, 11, 23), date(2026, 12, 10))
    assert (visit.signature.kind, visit.signature.strokes) == (SignatureKind.DRAWN, ((1, 2, 3, 4),))
    assert visit.remarks == "一\n二" and len(visit.answers) == len(whole["answers"])


def test_the_example_of_the_document_can_be_read():
    found = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    example = next(text for text in found if '"signature"' in text).replace('"9f2c…"', json.dumps("9f2c" * 16))
    assert read_inspection(example.encode()).subject.code_version == 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", 2),
        ("format", True),
        ("id", VISIT.upper()),
        ("id", "../../etc/passwd"),
        ("officer", ...),
        ("officer", "in spector"),
        ("purpose", "visit"),
        ("started_at", "2026-11-23T02:30:00+08:00"),
        ("started_at", "2026-02-30T02:30:00Z"),
        ("started_at", 1_700_000_000),
        ("pack_as_of", ""),
        ("subject.uscc", "91500107M000001A9R\n"),
        ("subject.premises_no", -1),
        ("subject.premises_no", "1"),
        ("subject.permit_no", "x" * 201),
        ("subject.read_by", "symbol"),
        ("subject.extra", 1),
        ("checklists", []),
        ("answers.0.answer", "maybe"),
        ("answers.0.answer", "no"),
        ("answers.0.finding", "a\0b"),
        ("answers.0.finding", "\u202egnp.exe"),
        ("answers.0.finding", "x" * 501),
        ("answers.0.photos", ["f" * 64]),
        ("photos", [announced(bytes([n])) for n in range(13)]),
        ("photos", [announced(b"1"), announced(b"1")]),
        ("photos.0.type", "image/heic"),
        ("photos.0.bytes", 8 * 1024 * 1024 + 1),
        ("photos.0.name", "../../x.php"),
        ("photos.0.sha256", "F" * 64),
        ("score", 101),
        ("score", 99.5),
        ("grade", "A" * 13),
        ("order", 3),
        ("drawn", 3),
        ("fault", "refused"),
        ("rectify_by", "2026-12-10"),
        ("outcome", "to_rectify"),
        ("finished_at", "2026-11-23T01:29:59Z"),
        ("finished_at", "2026-11-24T01:30:01Z"),
        ("signature", None),
        ("signature", {"kind": "typed", "name": " "}),
        ("signature", {"kind": "refused", "reason": ""}),
        ("signature", {"kind": "drawn", "name": "", "width": 9, "height": 9, "strokes": [[1, 2, 3]]}),
        ("signature", {"kind": "drawn", "name": "", "width": 9, "height": 9, "strokes": []}),
        ("signature", {"kind": "drawn", "name": "", "width": 9, "height": 9, "strokes": [[1, 2]] * 501}),
        ("signature", {"kind": "drawn", "name": "", "width": 9, "height": 9, "strokes": [[0] * 20_002]}),
    ],
)
def test_a_wrong_value_is_named_by_its_path(path, value):
    refused = refusal(changed(path, value))
    assert refused.code == "inspection_unreadable"
    assert str(refused.facts["where"]).split(".")[0] == path.split(".")[0] or path in {"outcome", "subject.read_by"}


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-22", "2027-12-01"])
def test_an_order_is_due_after_the_visit_and_within_a_year(day):
    refused = refusal(written(document(CATALOGUE, outcome="to_rectify", rectify_by=day)))
    assert refused.facts["where"] == "rectify_by"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nul", b'{"format": 1', b"\xff\xfe", b"[" * 100_000, b'{"id": "\\ud800"}', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_such_text_is_refused(body):
    assert refusal(body).code == "inspection_unreadable"


def test_a_text_beyond_the_limit_is_refused_before_it_is_read():
    assert refusal(b" " * (MAX_DOCUMENT_BYTES + 1)).code == "inspection_too_large"


@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(written))
def test_nothing_else_than_a_refusal_comes_of_anything(body):
    assert refusal(body).code == "inspection_unreadable"


def test_a_refusal_does_not_repeat_what_was_written():
    refused = refusal(changed("signature", {"kind": "typed", "name": "电话13800001234", "more": 1}))
    assert "13800001234" not in str(refused)


@pytest.mark.parametrize(
    ("once", "again", "where"),
    [
        (b'"outcome": "passed"', b'"outcome": "failed", "outcome": "passed"', "outcome"),
        (b'"outcome": "passed"', b'"\\u006futcome": "failed", "outcome": "passed"', "outcome"),
        (b'"premises_no": 1', b'"premises_no": 2, "premises_no": 1', "premises_no"),
    ],
    ids=["of the visit", "escaped", "of a part"],
)
def test_a_key_given_twice_is_refused_and_named(once: bytes, again: bytes, where: str) -> None:
    body = json.dumps(document(CATALOGUE), ensure_ascii=False).encode()
    assert read_inspection(body).id == VISIT and body.count(once) == 1
    fault = refusal(body.replace(once, again))
    assert (fault.code, fault.facts["where"], fault.facts["why"]) == (
        "inspection_unreadable",
        where,
        "写了两次 given twice",
    )
