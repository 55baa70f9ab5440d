"""What a snapshot holds: the register in blocks and files, by their names among the objects (``store.backup.places``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from licence_qr.errors import RegisterError

FORMAT = 2  # 1: files had no names of their own
Object = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
# Whoever can write to the place of the backups can make one of their own: a file of it lies nowhere else.
BelowHome = Annotated[str, Field(pattern=r"^((files|photos)/[0-9a-f]{2}|register\.db-events)/[^./][^/]*$")]
PublicList = Annotated[str, Field(pattern=r"^(trust-list\.cbor|allow-list\.cbor|root\.pub\.pem)$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``register`` are the blocks in order, ``files`` those below the home, ``lists`` the public files of the keys."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    made_at: str
    program: str
    step: str
    counts: Mapping[str, int]
    settings: Mapping[str, str]
    names_key: Annotated[str, Field(pattern="^([0-9a-f]{2})+$")]
    """In hexadecimal."""
    sha256: Object
    """Of the whole register."""
    register: tuple[Object, ...]
    files: Mapping[BelowHome, Object]
    lists: Mapping[PublicList, Object]

    def encode(self) -> bytes:
        """As JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False).encode("utf-8")

    def objects(self) -> Iterator[str]:
        """Every object that it names."""
        yield from self.register
        yield from self.files.values()
        yield from self.lists.values()


_MANIFEST = TypeAdapter(Manifest)


def decode(text: bytes, name: str) -> Manifest:
    """The manifest of the snapshot ``name``. Raises RegisterError ``backup_damaged``, ``backup_newer``."""
    try:
        told = json.loads(text)
        if told.pop("format") > FORMAT:
            raise RegisterError("backup_newer", name=name)
        return _MANIFEST.validate_python(told)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise RegisterError("backup_damaged", path=name) from error
