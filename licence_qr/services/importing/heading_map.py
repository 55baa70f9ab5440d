"""Headings that one department gives its columns, mapped to fields once and kept in a file (``licence-qr import --map``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from licence_qr.catalogue.headings import SOURCES, File
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import COLUMNS
from licence_qr.domain.importing.headings import Headings, heading_key
from licence_qr.errors import InputError
from licence_qr.located_toml import TomlFault, read_toml

MAX_BYTES = 64 * 1024
# Errors that a map can help with.
UNKNOWN_HEADINGS = frozenset({"import_heading_missing", "import_headings_none", "import_headings_none_gb18030"})


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """Further spellings of headings, with the field of each, by file."""

    spellings: Mapping[Source, Mapping[str, str]] = field(default_factory=dict)

    def added_to(self, headings: Mapping[Source, Headings]) -> dict[Source, Headings]:
        """The headings with these spellings."""
        return {source: known.with_spellings(self.spellings.get(source, {})) for source, known in headings.items()}

    def digest(self) -> str:
        """Equal for equal maps, and empty for one without spellings."""
        if not any(self.spellings.values()):
            return ""
        return hashlib.sha256(json.dumps(self.spellings, sort_keys=True).encode("ascii")).hexdigest()


def read_heading_map(data: bytes, name: str) -> HeadingMap:
    """Read a map: tables ``licences`` and ``permits``, heading = field, where a field goes by its usual heading or its key.

    Raises InputError ``import_map_too_large``; ``import_map_broken``, ``import_map_table_unknown``,
    ``import_map_field_unknown`` or, for two spellings of one heading, ``import_map_heading_twice``, with file and line.
    """
    if len(data) > MAX_BYTES:
        raise InputError("import_map_too_large", file=name, limit_kb=MAX_BYTES // 1024)
    try:
        document = read_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("import_map_broken", file=name, line=1, detail="UTF-8") from None
    except TomlFault as fault:
        if fault.first and not fault.of_table:
            raise _twice(name, fault.first, fault.line) from None
        raise InputError("import_map_broken", file=name, line=fault.line, detail=fault.detail) from None
    found: dict[Source, dict[str, str]] = {}
    for table, entries in document.values.items():
        if table not in set(File) or not isinstance(entries, dict):
            raise InputError("import_map_table_unknown", file=name, line=document.line([table]), found=table)
        source = SOURCES[File(table)]
        keys = {heading_key(heading): key for key, heading in COLUMNS[source].items()} | {
            key: key for key in COLUMNS[source]
        }
        found[source] = {}
        lines: dict[str, int] = {}
        for heading, wanted in entries.items():
            key = keys.get(wanted) or keys.get(heading_key(wanted)) if isinstance(wanted, str) else None
            if key is None:
                known, line = " ".join(COLUMNS[source].values()), document.line([table, heading])
                raise InputError("import_map_field_unknown", file=name, line=line, found=str(wanted)[:40], known=known)
            line = document.line([table, heading])
            if first := lines.get(heading_key(heading)):
                raise _twice(name, first, line, heading[:40])
            lines[heading_key(heading)] = line
            found[source][heading] = key
    return HeadingMap(found)


def _twice(name: str, first: int, line: int, heading: str = "-") -> InputError:
    return InputError("import_map_heading_twice", file=name, first=first, line=line, found=heading)


def example_map(error: InputError) -> str:
    """A map to complete, for a file whose headings were not recognised: its columns, and the fields that it may have."""
    table = File(str(error.facts["table"]))
    wanted = json.dumps(error.facts.get("heading", "…"), ensure_ascii=False)
    unread = [text for text in str(error.facts["unread"]).split("、") if text not in {"", "-"}]
    fields = "\n".join(f"#   {heading}" for heading in COLUMNS[SOURCES[table]].values())
    lines = [f"# {json.dumps(text, ensure_ascii=False)} = {wanted}" for text in unread]
    return (
        "# 左边写文件里的表头，右边写本登记库的列名；去掉行首的 # 即生效。\n"
        "# Left: the heading in the file. Right: the column of this register. Take the # away where a line is right.\n"
        f"[{table}]\n" + "\n".join(lines) + f"\n# 可以写的列名 columns:\n{fields}\n"
    )
