"""A business that no card can show is refused before a number or a code is given; the others are imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from import_register import CLERK, NOW, Imported, Register, as_csv, export

from bench.exports import licence, permit
from licence_qr import wording
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.conflicts import Decision
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.register.text_limits import MAX_CHARS
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import InputError, PrintError
from licence_qr.printing import fonts
from licence_qr.services.importing.report import report_csv
from licence_qr.store.register import codes, entities

UNPRINTABLE = "\U0003f000"  # where Unicode has ideographs, but none yet: no font has it
NAME = f"重庆{UNPRINTABLE}宾馆有限公司"
OTHER = {"uscc": complete_uscc("91500107", "MX000007"), "name": "重庆另一家宾馆有限公司"}


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path)


def fates(report: Imported) -> list[tuple[str, str]]:
    return [(verdict.outcome.value, verdict.code) for verdict in report.rows]


def test_the_whole_business_is_refused_with_the_character_and_the_others_are_imported(register: Register) -> None:
    report = register.import_rows([licence(name=NAME), licence(**OTHER)], [permit(name=NAME)])
    refused = ("refused", "character_not_in_font")
    assert fates(report) == [refused, ("imported", "imported"), refused]
    with register.database.read() as tx:
        assert entities.get(tx, licence()["uscc"]) is None
        assert [code.uscc for code in codes.everything_newest(tx)] == [OTHER["uscc"]]
    written = b"".join(report_csv(report.rows, wording.explain)).decode()
    assert "U+3F000" in written and "名称" in written


def test_a_file_with_a_name_that_can_be_printed_is_imported_later(register: Register) -> None:
    register.import_rows([licence(name=NAME)], [permit(name=NAME)])
    assert fates(register.import_rows([licence()], [permit()])) == [("imported", "imported")] * 2


def test_a_change_that_no_card_can_show_is_refused_and_what_is_here_stays(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    before = register.digest()["codes"] if "codes" in register.digest() else None
    second = permit(permit_no="渝高新卫公证字〔2022〕第00902号", address=f"重庆市九龙坡区{UNPRINTABLE}路2号")
    report = register.import_rows([licence()], [permit(), second])
    assert fates(report) == [("imported", "imported")] * 2 + [("refused", "character_not_in_font")]
    assert (register.digest().get("codes")) == before
    with register.database.read() as tx:
        assert codes.count(tx) == 1


def test_a_principal_that_the_card_does_not_show_is_imported(register: Register) -> None:
    who = {"principal": f"王{UNPRINTABLE}"}
    assert fates(register.import_rows([licence(**who)], [permit(**who)])) == [("imported", "imported")] * 2


def test_an_ended_licence_has_no_card_and_is_imported(register: Register) -> None:
    assert fates(register.import_rows([licence(name=NAME, state="注销")], [])) == [
        ("imported", "imported_closed_licence")
    ]


def test_a_decision_that_no_card_can_show_is_refused_and_the_question_stays_open(register: Register) -> None:
    register.import_rows([licence()], [permit(name=NAME)])
    (question,) = register.waiting_rows()
    before = register.digest()
    with pytest.raises(InputError, match="character_not_in_font"):
        register.waiting.decide(CLERK, question.id, Decision.TAKE_HEALTH.value, "核对原件", NOW)
    assert register.digest() == before
    register.waiting.decide(CLERK, question.id, Decision.REFUSE.value, "名称有误", NOW)
    assert register.waiting_rows() == ()


def test_the_longest_texts_that_an_application_takes_are_imported(register: Register) -> None:
    texts = {
        "address": "路" * MAX_CHARS["premises_address"],
        "principal": "王" * MAX_CHARS["principal"],
        "name": "馆" * 60,
    }
    assert fates(register.import_rows([licence(**texts)], [permit(**texts)])) == [("imported", "imported")] * 2


def test_a_machine_that_can_print_no_card_imports_nothing(
    make_services: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, all_rows: Any
) -> None:
    services = make_services(tmp_path / "real", demonstration=False)
    before = all_rows(services.database)
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    files = export("market", as_csv([licence()], MARKET_COLUMNS)), export("health", as_csv([permit()], HEALTH_COLUMNS))
    with pytest.raises(PrintError, match="font_missing"):
        services.importing.import_departments(*files, AT_THE_MACHINE, NOW)
    assert all_rows(services.database) == before
    services.database.close()
