"""``licence-qr import``: import the departments' exports."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from licence_qr import wording
from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.errors import InputError, UnreadableError
from licence_qr.services.importing.department_files import MAX_FILE_BYTES
from licence_qr.services.importing.files.tables import MappedColumn
from licence_qr.services.importing.heading_map import (
    MAX_BYTES,
    UNKNOWN_HEADINGS,
    HeadingMap,
    example_map,
    read_heading_map,
)
from licence_qr.services.importing.report import report_csv
from licence_qr.services.importing.run import ExportFile, FileSums, ImportReport, SheetSums

_PIECE_BYTES = 1024 * 1024


@click.command("import", cls=Command, short_help="合并两部门的导出文件。 Merge two departments' exports.")
@click.argument("market", type=click.Path(path_type=Path), help="市场监管的 CSV。 The market regulator's CSV.")
@click.argument("health", type=click.Path(path_type=Path), help="卫健部门的 XLSX。 The health department's XLSX.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="逐行报告写到哪里。 Where to write the row-by-row report.",
)
@click.option(
    "--map",
    "map_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="表头的其他写法（TOML）。 Further spellings of headings (TOML).",
)
@json_option
def import_command(market: Path, health: Path, report: Path | None, map_path: Path | None, as_json: bool) -> None:
    """把市场监管部门的 CSV 和卫健部门的 XLSX 合并到登记库。每一行或已导入，或待窗口决定，或被拒绝，理由写入报告。重复运行
    不会改动任何内容；中途停止的，再运行一次即可。

    Merge the market regulator's CSV and the health department's XLSX into the register.

    Every row is imported, put up for import review at the desk or refused; the report gives the reason for each.
    Running it again changes nothing. If it was stopped halfway, run it again.
    """
    settings = load_settings()
    services = build(settings)
    services.check.before_issuing()
    now = datetime.now(UTC)
    spellings = _spellings(map_path)
    place = report or settings.home / f"import-{now:%Y%m%dT%H%M%S}.csv"
    with (
        _copy(market) as market_file,
        _copy(health) as health_file,
        _report_file(place, (market, health, map_path)) as written,
        click.progressbar(length=1000, label="导入 import", file=sys.stderr) as bar,
    ):

        def progress(done: int, total: int, label: str) -> None:
            bar.update(done * bar.length // max(total, 1) - bar.pos if bar.length else 0)

        exports = ExportFile(market.name, market_file), ExportFile(health.name, health_file)
        with _example_of(map_path):
            outcome = services.importing.import_departments(*exports, whoever_runs_this(), now, progress, spellings)
        rows = services.importing.taken_report(outcome, whoever_runs_this(), now)
        _empty(written)
        written.writelines(report_csv(rows, wording.explain))
    if as_json:
        say(outcome.to_json() | {"report": str(place)})
        return
    _tell(outcome, place)


def _spellings(path: Path | None) -> HeadingMap:
    """The map of headings in a file; there may be none yet."""
    if path is None or not path.exists():
        return HeadingMap()
    try:
        with path.open("rb") as file:
            return read_heading_map(file.read(MAX_BYTES + 1), path.name)  # one beyond the limit tells that it is larger
    except OSError:
        raise UnreadableError("file_unreadable", name=path) from None


@contextmanager
def _example_of(path: Path | None) -> Iterator[None]:
    """Where headings are not recognised and there is no map yet, write one that can be completed."""
    try:
        yield
    except InputError as error:
        if path is not None and error.code in UNKNOWN_HEADINGS and not path.exists():
            path.write_text(example_map(error), encoding="utf-8")
            click.echo(f"已写好对照表的样例，请填写后再次运行： A map to complete was written: {path}", err=True)
        raise


def _report_file(place: Path, read: Iterable[Path | None]) -> BinaryIO:
    """Open the report before anything is imported, so that a path that cannot be written is found in time. A report that is
    there stays until the new one is written.

    It has names of people, so only its owner may read it, also where somebody had made the file before. Raises
    UnreadableError ``import_report_over_export`` where it would be one of the files that are ``read``.
    """
    if any(_is_one_file(place, each) for each in read if each is not None):
        raise UnreadableError("import_report_over_export", path=place)
    file = os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
    if _is_regular(file):
        place.chmod(0o600)
    return file


def _is_one_file(place: Path, other: Path) -> bool:
    """Also where neither is there yet, as a map of headings may not be."""
    return place.resolve() == other.resolve() or (place.exists() and other.exists() and place.samefile(other))


def _empty(report: BinaryIO) -> None:
    if _is_regular(report):
        report.truncate()


def _is_regular(file: BinaryIO) -> bool:
    """Not a terminal, a pipe or another device."""
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def _copy(path: Path) -> BinaryIO:
    """A copy on the disk, which nobody changes while it is read more than once, and which goes with this process.

    Of a file that is too large, or has no end, it has one byte more than is accepted.
    """
    copy = tempfile.TemporaryFile()
    copy.writelines(_pieces(path))
    return copy


def _pieces(path: Path) -> Iterator[bytes]:
    room = MAX_FILE_BYTES + 1
    try:
        with path.open("rb") as file:
            while room and (piece := file.read(min(room, _PIECE_BYTES))):
                room -= len(piece)
                yield piece
    except OSError:
        raise UnreadableError("file_unreadable", name=path) from None


def _tell(outcome: ImportReport, place: Path) -> None:
    for sums in (outcome.market, outcome.health):
        click.echo(_line(sums))
    click.echo(f"逐行报告 report: {place}")
    if outcome.market.waiting + outcome.health.waiting:
        click.echo("待定的行请在窗口“待定事项”中逐条决定。 Decide the remaining rows at the desk under Import review.")


def _line(sums: FileSums) -> str:
    counts = f"读入 rows in {sums.rows_in} = 导入 imported {sums.imported} + 待定 waiting {sums.waiting}"
    line = f"{sums.file}: {counts} + 拒绝 refused {sums.refused}；不是数据的行 other lines {sums.left_out}"
    if len(sums.sheets) > 1:
        line += "".join(f"\n  {_sheet_line(sheet)}" for sheet in sums.sheets)
    line += "".join(f"\n  {_mapped_line(column)}" for sheet in sums.sheets for column in sheet.mapped)
    if not sums.total_agrees:
        total = sums.stated_total
        line += f"\n  注意：文件自己的合计行写 {total}。 Note: the total row in the file says {total}."
    return line


def _mapped_line(column: MappedColumn) -> str:
    """As what a column was read by the map, so that two written the wrong way round are seen."""
    other = f"，不读作 instead of “{column.instead_of}”" if column.instead_of else ""
    return f"“{column.written}”（{column.column} 列 column）按对照表读作 read by the map as “{column.heading}”{other}"


def _sheet_line(sums: SheetSums) -> str:
    hidden = "（隐藏 hidden）" if sums.hidden else ""
    counts = f"读入 rows in {sums.rows_in} = {sums.imported} + {sums.waiting} + {sums.refused}"
    return f"{sums.sheet}{hidden}: {counts}；不是数据的行 other lines {sums.left_out}"
