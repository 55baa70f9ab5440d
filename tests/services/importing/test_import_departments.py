"""The import as a whole: sums that add up, once only, resumable, and beside what the desk does meanwhile."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
import threading
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from harmed import tamper
from import_register import HEALTH, MARKET, NOW, Imported, Register, as_csv, export, imported
from queueing import until_waiting

from bench.exports import licence, permit
from licence_qr import wording
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.conflicts import ConflictKind, Decision, RowOutcome, RowVerdict
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.register.permit import PermitState
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import UnreadableError
from licence_qr.services.importing import run as importing
from licence_qr.services.importing.files.lines import MAX_CELL_CHARS
from licence_qr.services.importing.report import report_csv
from licence_qr.store.database.connections import Database
from licence_qr.store.importing import import_runs, staging
from licence_qr.store.register import codes, counters, entities, permits, register_kind


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path)


def written(report: Imported) -> bytes:
    """The report file."""
    return b"".join(report_csv(report.rows, wording.explain))


def fates(report: Imported) -> list[tuple[str, str]]:
    return [(verdict.outcome.value, verdict.code) for verdict in report.rows]


def test_what_came_of_long_rows_is_read_a_few_rows_at_a_time(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, pages = import_runs.verdicts_after, []

    def noted(*given: Any) -> tuple[RowVerdict, ...]:
        found = read(*given)
        pages.append(sum(len(text) for verdict in found for text in verdict.row.cells.values()))
        return found

    monkeypatch.setattr(import_runs, "verdicts_after", noted)
    long = "营" * MAX_CELL_CHARS
    report = register.import_rows([licence(business_scope=long)] * 9, [permit()])
    assert len(report.rows) == 10 and sum(pages) > 9 * MAX_CELL_CHARS
    assert max(pages) < import_runs.PAGE_CHARS + 2 * MAX_CELL_CHARS


def test_every_row_of_the_exports_is_accounted_for(register: Register) -> None:
    report = register.import_data()
    for sums in (report.market, report.health):
        assert sums.rows_in == sums.imported + sums.waiting + sums.refused
        assert sums.total_agrees
    assert (report.market.rows_in, report.market.imported, report.market.refused) == (43, 41, 2)
    assert (report.health.imported, report.health.waiting, report.health.refused) == (23, 13, 4)
    assert Counter(verdict.code for verdict in report.rows if verdict.outcome is RowOutcome.WAITING) == {
        "waiting_permit_duplicate_differs": 4,
        "waiting_kind_not_licensed": 3,
        "waiting_permit_without_licence": 2,
        "waiting_code_missing": 2,
        "waiting_name_differs": 1,
        "waiting_principal_differs": 1,
    }


def test_every_imported_business_has_a_code_and_a_history(register: Register) -> None:
    report = register.import_data()
    with register.database.read() as tx:
        newest = codes.everything_newest(tx)
        assert len(newest) == entities.count(tx) == report.businesses == 41
    kinds = Counter(row[0] for row in register.values("SELECT event FROM history"))
    assert kinds["licence_imported"] == kinds["code_issued"] == 41
    assert kinds["permit_imported"] == len(register.values("SELECT 1 FROM permits"))


def test_importing_the_same_files_again_changes_nothing(register: Register) -> None:
    first, before = register.import_data(), register.digest()
    second = register.import_data()
    assert register.digest() == before
    assert second == first


def test_progress_ends_with_all_rows_done(register: Register) -> None:
    seen: list[tuple[int, int, str]] = []
    register.importing.import_departments(
        export("m", MARKET.read_bytes()),
        export("h", HEALTH.read_bytes()),
        AT_THE_MACHINE,
        NOW,
        lambda *step: seen.append(step),
    )
    assert [label for _, _, label in seen] == ["read", "write", "write", "done"]
    assert seen[-1][:2] == (83, 83)


def test_a_broken_file_leaves_the_register_untouched(register: Register) -> None:
    before = register.digest()
    with pytest.raises(UnreadableError):
        register.import_bytes(MARKET.read_bytes(), b"PK\x03\x04broken")
    assert register.digest() == before


def test_more_rows_than_can_be_compared_are_refused_and_the_others_imported(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST_TIED_ROWS", 2)
    other = {"uscc": "91500106M000002A5L", "name": "另一家演示酒店", "address": "重庆市九龙坡区巴福镇演示路2号"}
    report = register.import_rows([licence()] * 3 + [licence(**other)], [permit()])
    assert fates(report) == [
        *[("refused", "import_too_many_tied_rows")] * 3,
        ("imported", "imported"),
        ("refused", "import_too_many_tied_rows"),
    ]
    assert register.values("SELECT uscc FROM entities") == [(other["uscc"],)]


def test_a_clerk_who_comes_while_an_import_is_written_writes_before_it_is_over(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    clerk = threading.Thread(target=note_in, args=(register.database.path,))

    def progress(done: int, total: int, label: str) -> None:
        if label == "write" and done and not clerk.ident:
            with register.database.write():
                clerk.start()
                until_waiting(register.database, 1)

    rows = [licence(uscc=complete_uscc("91500107", f"MX{number:06d}")) for number in range(3 * importing.BATCH)]
    register.importing.import_departments(
        export("m", as_csv(rows, MARKET_COLUMNS)),
        export("h", as_csv([], HEALTH_COLUMNS)),
        AT_THE_MACHINE,
        NOW,
        progress,
    )
    clerk.join()
    [(seen,)] = register.values("SELECT value FROM register_facts WHERE name = 'businesses seen by a clerk'")
    assert int(str(seen)) == importing.BATCH


def note_in(path: Path) -> None:
    """Write how many businesses there are, as somebody else would write something."""
    database = Database(path)
    with database.write() as tx:
        register_kind.put(tx, "businesses seen by a clerk", str(entities.count(tx)))
    database.close()


def test_a_closed_licence_closes_its_permits(register: Register) -> None:
    register.import_rows([licence(state="注销", issued_on="2023-01-01")], [permit()])
    with register.database.read() as tx:
        [stored] = permits.of_business(tx, licence()["uscc"])
        code = codes.newest_of_business(tx, licence()["uscc"])
        assert code is not None
        assert [codes.status(tx, code.status_index + entry) for entry in (0, 1)] == [1, 1]
    assert (stored.permit.state, stored.permit.state_since) == (PermitState.CANCELLED, date(2023, 1, 1))


def test_numbers_given_later_never_collide_with_imported_ones(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    with register.database.read() as tx:
        assert counters.last(tx, "hygiene_permit/cq_gxq_health", 2022) == 901


def test_a_new_permit_in_a_later_export_makes_a_new_version_of_the_code(register: Register) -> None:
    register.import_rows([licence()], [])
    report = register.import_rows([licence()], [permit()])
    assert fates(report) == [("imported", "imported")] * 2
    assert register.values("SELECT version FROM codes ORDER BY version") == [(1,), (2,)]


def test_a_fact_that_changed_in_a_later_export_waits_with_both_sides(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    report = register.import_rows([licence(business_scope="住宿服务；餐饮服务")], [permit()])
    assert fates(report) == [("waiting", "waiting_register_differs"), ("imported", "imported")]
    assert register.values("SELECT business_scope FROM entities") == [("住宿服务",)]
    assert register.values("SELECT count(*) FROM codes") == [(1,)]


def test_a_grade_and_a_telephone_number_are_simply_brought_up_to_date(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    report = register.import_rows([licence(phone="13900000000")], [permit(grade="A")])
    assert fates(report) == [("imported", "imported")] * 2
    assert register.values("SELECT contact_phone, grade FROM entities JOIN permits USING (uscc)") == [
        ("13900000000", "A")
    ]
    assert register.values("SELECT count(*) FROM codes") == [(1,)]


def test_what_was_done_here_since_is_not_undone_by_the_same_row(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    scope = "住宿服务；停车场服务"
    tamper(
        register.database,
        "UPDATE permits SET state = 'suspended'",
        f"UPDATE entities SET business_scope = '{scope}'",  # noqa: S608 – our own words
        f"UPDATE history SET private = json_set(private, '$.after.business_scope', '{scope}') WHERE subject = 'licence'",  # noqa: S608
    )
    report = register.import_rows([licence(phone="13900000000")], [permit(grade="A")])
    assert fates(report) == [("imported", "imported")] * 2
    assert register.values("SELECT state FROM permits") == [("suspended",)]
    assert register.values("SELECT business_scope FROM entities") == [(scope,)]


def test_a_business_that_the_desk_issued_is_joined_when_both_agree_and_asked_about_when_not(register: Register) -> None:
    register.import_rows([licence()], [])
    with register.database.write() as tx:
        tx.run("DELETE FROM import_parts")
    assert fates(register.import_rows([licence(phone="1")], [])) == [("imported", "imported")]
    with register.database.write() as tx:
        tx.run("DELETE FROM import_parts")
    report = register.import_rows([licence(principal="林样")], [permit(principal="林样")])
    assert fates(report) == [("waiting", "waiting_register_differs"), ("waiting", "waiting_licence_undecided")]


def test_a_number_that_belongs_to_another_business_waits(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    other = {"uscc": "91500106M000002A5L", "name": "另一家演示酒店", "address": "重庆市九龙坡区巴福镇演示路2号"}
    report = register.import_rows([licence(**other)], [permit(**other)])
    assert fates(report)[1] == ("waiting", "waiting_number_taken")
    assert register.values("SELECT uscc FROM permits") == [(licence()["uscc"],)]


def test_a_permit_ledger_may_come_after_the_licences(register: Register) -> None:
    register.import_rows([licence()], [])
    assert fates(register.import_rows([], [permit()])) == [("imported", "imported")]


def test_questions_that_a_newer_export_no_longer_asks_are_withdrawn(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家")])
    register.import_rows([licence()], [permit()])
    assert register.values("SELECT count(*) FROM import_questions WHERE withdrawn_at IS NULL") == [(0,)]


def test_the_report_lists_every_row_and_evaluates_nothing(register: Register) -> None:
    report = register.import_rows([licence(name="=1+1", state="=cmd|' /C calc'!A0")], [permit(state="@SUM(A1)")])
    data = written(report)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(line["file"], line["row"], line["outcome"]) for line in lines] == [
        ("market", "2", "refused"),
        ("health", "2", "refused"),
    ]
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.values())


def test_a_file_name_cannot_become_a_formula_in_the_report(register: Register) -> None:
    report = imported(register.importing, export("=evil()", MARKET.read_bytes()), export("h", HEALTH.read_bytes()))
    assert b"\n'=evil()," in written(report)


def test_every_code_of_the_import_has_its_words_and_facts(register: Register) -> None:
    report = register.import_data()
    text = written(report).decode("utf-8-sig")
    assert text.count("\n") == 1 + len(report.rows)
    questions = [f"waiting_{kind.value}" for kind in ConflictKind]
    for code in (*questions, "imported_register_kept", "decided_other_row", "question_withdrawn"):
        assert set(wording.sentences()[code]) == {"zh", "en", "do_zh", "do_en"}
    assert Decision.REFUSE.value in {choice.decision.value for w in register.waiting_rows() for choice in w.choices}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, Imported]:
    """A register into which the exports were imported in one go, and the report; for reading only."""
    whole = Register(tmp_path_factory.mktemp("whole"))
    return whole, whole.import_data()


def import_until_killed(folder: Path, kill_at: int) -> int:
    """The exit code of a process of its own that imports in small batches and is killed at its n-th step."""
    steps = count(1)

    def progress(done: int, total: int, label: str) -> None:
        if next(steps) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        importing.BATCH = 4
        register = Register(folder)
        register.importing.import_departments(
            export("market", MARKET.read_bytes()), export("health", HEALTH.read_bytes()), AT_THE_MACHINE, NOW, progress
        )

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


@pytest.mark.parametrize("kill_at", [1, 2, 3, 6, 11, 13])
def test_an_import_that_was_killed_is_completed_by_the_next_one(
    tmp_path: Path, undisturbed: tuple[Register, Imported], kill_at: int
) -> None:
    whole, expected = undisturbed
    assert import_until_killed(tmp_path, kill_at) == -signal.SIGKILL
    cut = Register(tmp_path)
    assert cut.import_data() == expected
    for sql in (
        "SELECT * FROM entities ORDER BY uscc",
        "SELECT * FROM premises ORDER BY uscc, premises_no",
        "SELECT uscc, permit_no, premises_no, state FROM permits ORDER BY permit_no",
        "SELECT uscc, version, record FROM codes ORDER BY uscc",
        "SELECT event, uscc, count(*) FROM history GROUP BY 1, 2 ORDER BY 1, 2",
        "SELECT source, row_no, outcome, code FROM import_rows ORDER BY 1, 2",
    ):
        assert cut.values(sql) == whole.values(sql)
