"""The passwords of the demonstration accounts, in a file beside its register, so that every run can print them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from licence_qr.store.keys.key_files import write_file

_FILE = "demonstration-accounts.txt"


def read(home: Path) -> dict[str, str]:
    """User name → password; empty where there is no file yet."""
    path = home / _FILE
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {parts[0]: parts[1] for parts in lines if len(parts) == 2}


def write(home: Path, passwords: Mapping[str, str]) -> None:
    """Replace the file (mode 0600). Raises KeyStoreError ``key_file_not_written``."""
    told = "".join(f"{name} {password}\n" for name, password in passwords.items())
    write_file(home / _FILE, ("# 仅供演示 demonstration only\n" + told).encode("utf-8"))
