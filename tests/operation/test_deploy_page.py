"""docs/deploy.md: what it says can be done; its long form does it, on a new machine, to the first pair and its scan."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "deploy.md"


def commands() -> list[str]:
    """Every line of the blocks that are commands."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_command_parses_and_names_what_is_there():
    found = commands()
    assert len(found) > 15
    for command in found:
        assert subprocess.run(["bash", "-nc", command], capture_output=True).returncode == 0, command
        for place in re.findall(r"(?<![\w/])(?:deploy|docs)/[\w./*-]+|requirements\.lock", command):
            assert list(ROOT.glob(place)), place


def test_every_unit_that_is_enabled_is_there():
    words = (word for command in commands() for word in shlex.split(command))
    named = {word for word in words if re.search(r"\.(socket|service|timer)$", word)}
    there = {unit.name for unit in (ROOT / "deploy" / "systemd").iterdir()}
    by_timers = {f"licence-qr-{job}.service" for job in ("sweep", "remind", "check", "backup")}
    assert named - {"nftables.service"} == there - by_timers


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_it_leads_from_a_bare_debian_to_the_first_pair(pytestconfig):
    assert commands()[-1].split(" issue ")[1:]  # the short form: there is something to be led to
    if not pytestconfig.getoption("--campaign"):
        return
    environ = os.environ | {"FRESH_DO": "tools/deployed_inside.sh"}
    followed = subprocess.run([ROOT / "tools" / "fresh.sh"], env=environ, capture_output=True, text=True)
    assert followed.returncode == 0, followed.stdout[-5000:] + followed.stderr[-5000:]
    assert "DEPLOYED: " in followed.stdout
