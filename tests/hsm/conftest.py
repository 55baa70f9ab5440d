"""A token of SoftHSM, the hardware module in software of Debian's package softhsm2."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
TOKEN, PIN, OFFICER_PIN = "licence-qr-tests", "246810", "13579135"


class Module(NamedTuple):
    """What the settings say of a module."""

    library: Path
    token: str
    pin_file: Path

    @property
    def environ(self) -> dict[str, str]:
        """The settings."""
        return {
            "LICENCE_QR_PKCS11_MODULE": str(self.library),
            "LICENCE_QR_PKCS11_TOKEN": self.token,
            "LICENCE_QR_PKCS11_PIN_FILE": str(self.pin_file),
        }


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    """A module with one fresh token. It is loaded once a process, so all tests share it."""
    library = next((Path(place) for place in PLACES if Path(place).exists()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        pytest.fail("SoftHSM is missing: apt-get install softhsm2", pytrace=False)
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "pin").write_text(f"{PIN}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        command = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", OFFICER_PIN]
        made = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
        assert made.returncode == 0, made.stderr
        yield Module(library, TOKEN, folder / "pin")
