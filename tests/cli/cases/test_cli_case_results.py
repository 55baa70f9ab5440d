"""``licence-qr case-results``: a verdict for each row, nothing done twice, and one bad row stops no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Run, environ
from quick_passwords import QUICK

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.domain.cases.case import AT_THE_AUTHORITY
from licence_qr.store.cases import items

HEADING = "受理号,事项,结果,许可证号,签发日期,有效期自,有效期至,理由"


def waiting(folder: Path, authority: str) -> str:
    """The application number of an item that waits for an authority."""
    services = build(load_settings(environ(folder)), hasher=QUICK)
    with services.database.read() as tx:
        found = items.at_authority(tx, authority, AT_THE_AUTHORITY)
    services.database.close()
    return found[0].item.application_no


def verdicts(told: str) -> list[tuple[str, list[str]]]:
    return [(row["verdict"], [error["code"] for error in row["errors"]]) for row in json.loads(told)["rows"]]


def results(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    file = folder / "results.csv"
    file.write_bytes("\r\n".join([HEADING, *rows, ""]).encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_row_gets_a_verdict_and_a_second_run_changes_nothing(
    copied: Path, run: Run, tmp_path: Path, encoding: str
) -> None:
    number = waiting(copied, "cq_gxq_fire")
    rows = (
        f"{number},fire_check,准予,渝消文件〔2026〕第1号,2026-11-01,,,",
        f"{number},食品经营许可证,准予,食文件1号,2026-11-01,,,",
        "NO-2026-000001,fire_check,refused,,,,,没有这一件",
        f"{number},fire_check,也许,,,,,",
        f"{number},没有这种许可,准予,,,,,",
    )
    file = results(tmp_path, *rows, encoding=encoding)
    first = run(copied, "case-results", file, "--office", "firechecks", "--json")
    assert (first.status, first.err) == (1, "")
    refused = [
        ("not_done", ["other_office"]),
        ("not_done", ["thing_not_found"]),
        ("not_done", ["result_outcome_unknown"]),
        ("not_done", ["result_permit_type_unknown"]),
    ]
    assert verdicts(first.out) == [("granted", []), *refused]
    again = run(copied, "case-results", file, "--office", "firechecks", "--json")
    assert verdicts(again.out) == [("already", []), *refused]


def test_a_refusal_with_its_reason_is_entered_once(copied: Path, run: Run, tmp_path: Path) -> None:
    file = results(tmp_path, f"{waiting(copied, 'cq_gxq_fire')},fire_check,refused,,,,,疏散通道被占用")
    assert run(copied, "case-results", file, "--office", "firechecks").status == 0
    again = run(copied, "case-results", file, "--office", "firechecks")
    assert "此前已记录" in again.out and again.status == 0


def test_a_result_that_cannot_be_is_told_with_its_faults(copied: Path, run: Run, tmp_path: Path) -> None:
    file = results(tmp_path, f"{waiting(copied, 'cq_gxq_fire')},fire_check,granted,,昨天,,,")
    told = run(copied, "case-results", file, "--office", "firechecks", "--json")
    [(verdict, codes)] = verdicts(told.out)
    assert verdict == "not_done" and {"field_missing", "application_date_unreadable"} <= set(codes)


def test_a_row_that_says_something_else_of_what_was_entered_is_told(copied: Path, run: Run, tmp_path: Path) -> None:
    row = f"{waiting(copied, 'cq_gxq_fire')},fire_check,准予,消1号,2026-11-01,,2029-10-31,"
    file = results(tmp_path, row, row.replace("2029", "2030"), row.replace(",,2029", ",2026-11-02,2029"), row)
    told = run(copied, "case-results", file, "--office", "firechecks", "--json")
    differs = ("not_done", ["result_differs"])
    assert verdicts(told.out) == [("granted", []), differs, differs, ("already", [])]


@pytest.mark.parametrize("end", ["", ",,,,", ",2029-10-31,,,没有理由,住宿"])
def test_a_row_whose_cells_do_not_match_the_headings_is_not_entered(
    copied: Path, run: Run, tmp_path: Path, end: str
) -> None:
    row = f"{waiting(copied, 'cq_gxq_fire')},fire_check,准予,消1号,2026-11-01{end}"
    file = results(tmp_path, row)
    told = run(copied, "case-results", file, "--office", "firechecks", "--json")
    wanted = ("granted", []) if end == ",,,," else ("not_done", ["result_row_not_whole"])
    assert verdicts(told.out) == [wanted]


def test_a_date_that_no_code_can_say_stops_no_other_row(copied: Path, run: Run, tmp_path: Path) -> None:
    number = waiting(copied, "cq_gxq_fire")
    rows = (f"{number},fire_check,准予,消1号,2026-11-01,{first},," for first in ("1969-12-31", "1970-01-01"))
    told = run(copied, "case-results", results(tmp_path, *rows), "--office", "firechecks", "--json")
    assert verdicts(told.out) == [("not_done", ["application_invalid", "certificate_too_early"]), ("granted", [])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "results_file_broken"),
        (b"", "results_heading_missing"),
        ("受理号,事项\r\n".encode(), "results_heading_missing"),
        ("受理号,事项,结果,许可证号,有效期止\r\n".encode(), "results_heading_unknown"),
        ("受理号,事项,结果,许可证号,permit number\r\n".encode(), "results_heading_unknown"),
        (b'a,"b\r\n', "results_file_broken"),
        (b" " * (5 * 1024 * 1024 + 1), "results_file_too_large"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    copied: Path, run: Run, tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "results.csv"
    file.write_bytes(content)
    refused = run(copied, "case-results", file, "--office", "firechecks")
    assert refused.status != 0 and f"[{code}]" in refused.err


def test_only_an_office_of_an_authority_gives_results(copied: Path, run: Run, tmp_path: Path) -> None:
    file = results(tmp_path)
    for office in ((), ("--office", "jinfeng"), ("--office", "nowhere")):
        refused = run(copied, "case-results", file, *office)
        assert "[office_unknown]" in refused.err
    lent = run(copied, "case-results", file, "--on-behalf-of", "officer-firechecks", "--reason", "系统停机")
    assert lent.status == 0
    missing = run(copied, "case-results", tmp_path / "nothing.csv", "--office", "firechecks")
    assert (missing.status, "[file_unreadable]" in missing.err) == (2, True)
