"""A row of a department's file as JSON, for the staging and the register."""

from __future__ import annotations

import json

from licence_qr.domain.importing.cells import CellKind, Remark
from licence_qr.domain.importing.conflicts import Place, SourceRow

# Beside the texts, whose keys are names of columns. Rows of earlier releases have texts only.
_KINDS, _COLUMNS, _REMARKS = "@kinds", "@columns", "@remarks"


def row_json(row: SourceRow) -> str:
    """The texts of a row by column key, and what else is known of its cells."""
    data: dict[str, object] = dict(row.cells)
    if row.kinds:
        data[_KINDS] = {key: kind.value for key, kind in row.kinds.items()}
    if row.columns:
        data[_COLUMNS] = " ".join(row.columns.get(key, "-") for key in sorted(row.cells))
    if row.remarks:
        data[_REMARKS] = [[remark.code, dict(remark.facts)] for remark in row.remarks]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_of_json(place: Place, file: str, text: str, beyond: int) -> SourceRow:
    """The row that ``row_json`` was made of."""
    data = json.loads(text)
    kinds = {key: CellKind(kind) for key, kind in data.pop(_KINDS, {}).items()}
    letters = data.pop(_COLUMNS, "").split()
    remarks = tuple(Remark(code, facts) for code, facts in data.pop(_REMARKS, []))
    columns = {key: each for key, each in zip(sorted(data), letters, strict=False) if each != "-"}
    return SourceRow(place, file, data, beyond, kinds=kinds, columns=columns, remarks=remarks)
