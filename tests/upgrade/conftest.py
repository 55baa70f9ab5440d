"""Old installations are unpacked for each test anew."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from old_installations import KEPT, OldInstallation, Unpack, environ_of

from licence_qr.config import load_settings


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    """Unpacks the register of that name."""

    def unpack_it(name: str) -> OldInstallation:
        folder = tmp_path / name
        shutil.unpack_archive(KEPT / name, folder)
        told = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
        settings = load_settings(environ_of(folder))
        return OldInstallation(settings, datetime.fromisoformat(told["at"]), told["cards"])

    return unpack_it
