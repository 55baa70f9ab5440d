"""The installations that earlier states of this program made (tools/old_registers.py)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.config import Settings, load_settings
from licence_qr.store.database.sqlite import sqlite3

KEPT = Path(__file__).parents[2] / "data" / "registers"
REGISTERS = tuple(sorted(path.name for path in KEPT.glob("*.tar.xz")))
# The newest that does not refuse by itself what its program may not write.
WITHOUT_RULES = next(name for name in REGISTERS if name.startswith("46-"))
WITH_VISITS = next(name for name in REGISTERS if name.startswith("13-"))
PICTURE = b"a plain photograph"
_SHA256 = hashlib.sha256(PICTURE).hexdigest()


@dataclass(frozen=True)
class OldInstallation:
    """One of them unpacked. ``at`` is when it was made; ``cards`` are the digits of each printed code and the verdict that
    the page of that program gave it then."""

    settings: Settings
    at: datetime
    cards: dict[str, dict[str, str]]


Unpack = Callable[[str], OldInstallation]


def environ_of(folder: Path) -> dict[str, str]:
    """The settings of an installation in ``folder``."""
    return {"LICENCE_QR_HOME": str(folder / "var"), "LICENCE_QR_KEYS": str(folder / "keys")}


def unpacked(name: str, into: Path) -> OldInstallation:
    """The register of that name, unpacked into a folder of its name."""
    folder = into / name
    shutil.unpack_archive(KEPT / name, folder)
    told = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
    return OldInstallation(load_settings(environ_of(folder)), datetime.fromisoformat(told["at"]), told["cards"])


def put_photograph(home: Path) -> Path:
    """Put a plain photograph of a visit into the register of WITH_VISITS, as that release kept it; its file."""
    path = home / "photos" / _SHA256[:2] / f"{_SHA256}.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(PICTURE)
    db = sqlite3.connect(home / "register.db")
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(
        "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note, kept_sha256,"
        " arrived_at) VALUES (1, 0, '', 1, '2026-11-23T02:30:00+00:00', '', ?, '2026-11-23T02:30:00+00:00')",
        (_SHA256,),
    )
    db.commit()
    db.close()
    return path
