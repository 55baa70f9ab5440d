"""``licence-qr import``: headings that a department writes in its own way, and what is told of sheets."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from department_workbooks import Book, SheetXml, ledger_sheet
from import_register import as_csv

from bench.exports import licence, permit
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS


def files(folder: Path) -> tuple[Path, Path]:
    """A licence, and its permit under a heading that nobody knows."""
    market, health = folder / "market.csv", folder / "health.csv"
    market.write_bytes(as_csv([licence()], MARKET_COLUMNS))
    health.write_bytes(as_csv([permit()], {**HEALTH_COLUMNS, "valid_to": "到几时"}))
    return market, health


def test_headings_are_mapped_once_in_a_file_that_the_command_begins(copied, run, tmp_path):
    exports, kept = files(tmp_path), tmp_path / "map.toml"
    refused = run(copied, "import", *exports)
    assert refused.status != 0
    assert "import_heading_missing" in refused.err and "到几时" in refused.err
    begun = run(copied, "import", *exports, "--map", kept)
    assert begun.status != 0
    assert str(kept) in begun.err
    assert '# "到几时" = "有效期止"' in kept.read_text(encoding="utf-8")
    assert run(copied, "import", *exports, "--map", kept).status != 0
    kept.write_text(kept.read_text(encoding="utf-8").replace('# "到几时"', '"到几时"'), encoding="utf-8")
    done = run(copied, "import", *exports, "--map", kept, "--json", "--report", tmp_path / "r.csv")
    assert [(file["rows_in"], file["refused"]) for file in json.loads(done.out)["files"]] == [(1, 0), (1, 0)]


def test_a_map_with_an_unknown_column_is_refused_by_file_and_line(copied, run, tmp_path):
    kept = tmp_path / "map.toml"
    for text, code in (
        ('[permits]\n"到几时" = "到期"\n', "import_map_field_unknown"),
        ('[permit]\n"到几时" = "有效期止"\n', "import_map_table_unknown"),
        ("[permits\n", "import_map_broken"),
        ('[permits]\n"到几时" = "有效期止"\n"到几时 " = "发证日期"\n', "import_map_heading_twice"),
        ('[permits]\n"到几时" = "有效期止"\n"许可证号" = "单位名称"\n"单位名称" = "许可证号"\n', "import_map_unlike"),
    ):
        kept.write_text(text, encoding="utf-8")
        ended = run(copied, "import", *files(tmp_path), "--map", kept)
        assert ended.status != 0 and code in ended.err


def test_what_a_map_has_columns_read_as_is_told_and_stands_in_the_report(copied, run, tmp_path):
    kept, report = tmp_path / "map.toml", tmp_path / "r.csv"
    kept.write_text('[permits]\n"到几时" = "有效期止"\n"备注" = "许可种类"\n"许可种类" = "备注"\n', encoding="utf-8")
    done = run(copied, "import", *files(tmp_path), "--map", kept, "--report", report)
    assert "“到几时”（J 列 column）按对照表读作 read by the map as “有效期止”\n" in done.out
    assert "“备注”（M 列 column）按对照表读作 read by the map as “许可种类”，不读作 instead of “备注”" in done.out
    assert "“到几时”（J）→“有效期止”" in report.read_text(encoding="utf-8-sig")
    told = json.loads(run(copied, "import", *files(tmp_path), "--map", kept, "--report", report, "--json").out)
    [sheet] = told["files"][1]["sheets"]
    assert {"written": "到几时", "column": "J", "heading": "有效期止", "instead_of": ""} in sheet["mapped"]


def test_a_report_over_the_map_is_refused_whether_it_is_there_yet_or_not(copied, run, tmp_path):
    kept, other = tmp_path / "map.toml", tmp_path / "other.toml"
    kept.write_text('[permits]\n"到几时" = "有效期止"\n', encoding="utf-8")
    for name in (kept, other):
        refused = run(copied, "import", *files(tmp_path), "--map", name, "--report", name)
        assert (refused.status, "[import_report_over_export]" in refused.err) == (2, True)
    assert "到几时" in kept.read_text(encoding="utf-8") and not other.exists()


def test_a_map_is_read_whole_or_not_at_all(copied, run, tmp_path):
    kept = tmp_path / "map.toml"
    kept.write_text("# \n" * 2**15 + '[permits]\n"到几时" = "有效期止"\n', encoding="utf-8")
    refused = run(copied, "import", *files(tmp_path), "--map", kept)
    assert (refused.status != 0, "[import_map_too_large]" in refused.err) == (True, True)


def test_every_sheet_stands_in_the_sums_and_every_line_in_the_report(copied, run, tmp_path):
    market, health, report = tmp_path / "market.csv", tmp_path / "health.xlsx", tmp_path / "r.csv"
    market.write_bytes(as_csv([licence()], MARKET_COLUMNS))
    book = Book([SheetXml("封面", [["重庆高新区"], []]), ledger_sheet(permit(), hidden_rows=frozenset({2}))])
    health.write_bytes(book.data())
    told = json.loads(run(copied, "import", market, health, "--json", "--report", report).out)["files"][1]
    assert [(each["sheet"], each["rows_in"], each["left_out"], each["blank"]) for each in told["sheets"]] == [
        ("封面", 0, 1, 1),
        ("台账", 1, 1, 0),
    ]
    assert (told["rows_in"], told["refused"], told["left_out"]) == (1, 0, 2)
    lines = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    of_ledger = [line for line in lines if line["file"] == "health.xlsx"]
    assert [(line["sheet"], line["row"], line["outcome"] == "left_out") for line in of_ledger] == [
        ("台账", "1", True),
        ("台账", "2", False),
        ("封面", "1", True),
    ]
    assert "隐藏" in lines[-2]["reason_zh"] and "hidden" in lines[-2]["reason_en"]
    shown = run(copied, "import", market, health)
    assert "封面" in shown.out and "台账" in shown.out
