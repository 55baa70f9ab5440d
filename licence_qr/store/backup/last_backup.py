"""When the last good backup was made, where to and for whom: a file beside the register, and in no backup."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.store.keys.key_files import write_file

_FILE = "last-backup.json"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """``snapshot`` is its name, ``at`` an ISO instant."""

    at: str
    to: str
    snapshot: str
    recipients: tuple[str, ...]

    @property
    def instant(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.at)


def read(home: Path) -> LastBackup | None:
    """The last backup; None if none was made, or where the file cannot be read."""
    try:
        told = json.loads((home / _FILE).read_text(encoding="utf-8"))
        made = LastBackup(told["at"], told["to"], told["snapshot"], tuple(told["recipients"]))
        return made if made.instant.tzinfo else None
    except (OSError, ValueError, TypeError, LookupError):
        return None


def note(home: Path, made: LastBackup) -> None:
    """Note a backup. Raises KeyStoreError ``key_file_not_written``."""
    write_file(home / _FILE, json.dumps(asdict(made), ensure_ascii=False).encode("utf-8"))
