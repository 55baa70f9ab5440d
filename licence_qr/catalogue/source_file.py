"""One file of the catalogue: read, parsed and validated, with line numbers."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import EXAMPLES, Entry
from licence_qr.located_toml import LocatedToml, TomlFault, read_toml

Shape = TypeVar("Shape", bound=Entry)


@dataclass(frozen=True, slots=True)
class SourceFile(Generic[Shape]):
    """A file that is valid by its schema. ``entries`` are its values, ``line`` gives the position of one of them."""

    name: str
    document: LocatedToml
    entries: Shape

    def line(self, *path: str | int) -> int:
        """The line of the key at ``path``, or of what contains it."""
        return self.document.line(path)


def read_source(path: Path, shape: type[Shape], faults: Faults) -> SourceFile[Shape] | None:
    """Read one file. If it has faults, add them to ``faults`` and return None."""
    document = _read_document(path, faults)
    if document is None:
        return None
    try:
        entries = shape.model_validate(document.values)
    except ValidationError as invalid:
        for detail in invalid.errors(include_url=False):
            _add_fault(detail, path.name, shape, document, faults)
        return None
    return SourceFile(path.name, document, entries)


def _read_document(path: Path, faults: Faults) -> LocatedToml | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.add("catalogue_file_missing", path.name, 1, folder=path.parent.name, reason=error.strerror or "")
        return None
    try:
        return read_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        faults.add("catalogue_not_utf8", path.name, data.count(b"\n", 0, error.start) + 1)
    except TomlFault as fault:
        faults.add("catalogue_syntax", path.name, fault.line, detail=fault.detail)
    return None


def _add_fault(detail: ErrorDetails, file: str, shape: type[Entry], document: LocatedToml, faults: Faults) -> None:
    location = detail["loc"]
    key = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
    line = document.line(location)
    example = f"[[{key}]]" if len(location) == 1 else EXAMPLES.get(key, "…")
    if detail["type"] == "missing":
        faults.add("catalogue_key_missing", file, line, key=key, example=example)
    elif detail["type"] == "extra_forbidden":
        faults.add("catalogue_key_unknown", file, line, key=key, known=", ".join(_known_keys(shape, location)))
    else:
        found = repr(detail["input"])[:60]
        faults.add("catalogue_value_wrong", file, line, key=key, found=found, example=example)


def _known_keys(shape: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that are allowed in place of the unknown one, the last of ``location``."""
    for part in location[:-1]:
        if isinstance(part, str):
            shape = _entry_class(shape.model_fields[part].annotation)
    return list(shape.model_fields)


def _entry_class(annotation: object) -> type[BaseModel]:
    """The entry class inside ``list[X]``, ``X | None`` or ``X`` itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_entry_class(inner) for inner in typing.get_args(annotation) if inner is not type(None))
