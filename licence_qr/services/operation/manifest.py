"""What a snapshot holds: the register in blocks and files, by their names among the objects (``store.backup.places``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from licence_qr.errors import RegisterError

FORMAT = 2  # 1: files had no names of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``register`` are the blocks in order, ``files`` those below the home, ``lists`` the public files of the keys."""

    made_at: str
    program: str
    step: str
    counts: Mapping[str, int]
    settings: Mapping[str, str]
    names_key: str
    """In hexadecimal."""
    sha256: str
    """Of the whole register."""
    register: tuple[str, ...]
    files: Mapping[str, str]
    lists: Mapping[str, str]

    def encode(self) -> bytes:
        """As JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False).encode("utf-8")

    def objects(self) -> Iterator[str]:
        """Every object that it names."""
        yield from self.register
        yield from self.files.values()
        yield from self.lists.values()


def decode(text: bytes, name: str) -> Manifest:
    """The manifest of the snapshot ``name``. Raises RegisterError ``backup_damaged``, ``backup_newer``."""
    try:
        told = json.loads(text)
        if told.pop("format") > FORMAT:
            raise RegisterError("backup_newer", name=name)
        manifest = Manifest(**{**told, "register": tuple(told["register"])})
        bytes.fromhex(manifest.names_key)
        for path in (*manifest.files, *manifest.lists):
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                raise ValueError(path)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise RegisterError("backup_damaged", path=name) from error
    return manifest
