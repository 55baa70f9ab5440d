"""The installations that earlier states of this program made (tools/old_registers.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.config import Settings

KEPT = Path(__file__).parents[1] / "data" / "registers"
REGISTERS = tuple(sorted(path.name for path in KEPT.glob("*.tar.xz")))


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
