"""The runbook, a fault that a backup mends: it is caused for real, and the way out is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

from harmed import issued, reasons, says, settings_of
from program import Ended, run_here
from pyrage import x25519


def run(here: Path, *words: object) -> Ended:
    return run_here(settings_of(here), *words)


def backed_up(here: Path) -> Path:
    """Make a backup; returns the file of the key that opens it."""
    key, identity = x25519.Identity.generate(), here / "identity"
    identity.write_text(str(key))
    ended = run(here, "backup", here / "backups", "--recipient", key.to_public())
    assert ended.status == 0, ended.err
    return identity


def lose_home(here: Path) -> None:
    """All but the secret of the forms, which is put back from the safe."""
    lost = (here / "var").rename(here / "lost")
    (here / "var").mkdir()
    shutil.copy(lost / "web-secret", here / "var" / "web-secret")


def test_register_lost(here):
    assert issued(here).status == 0
    identity = backed_up(here)
    lose_home(here)
    ended = run(here, "init")
    assert ended.status == 1 and says("numbers_were_given", ended.err)
    assert run(here, "restore", here / "backups", "--identity", identity).status == 0
    assert run(here, "check").status == 0
    assert reasons(here) == {}
