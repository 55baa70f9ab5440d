"""The image of deploy/container: what it is made from; its long form builds it and runs the service in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from licence_qr.config import load_settings

ROOT = Path(__file__).parents[2]
CONTAINER, IMAGE = ROOT / "deploy" / "container", ROOT / "tools" / "image.sh"


def test_the_image_is_made_from_nothing_but_debian_and_this_program():
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    steps = re.findall(r"^(FROM|ADD|COPY|USER) (.+)$", text, re.MULTILINE)
    assert steps[0] == ("FROM", "scratch") and [step for step in steps if step[0] == "FROM"] == steps[:1]
    assert ("USER", "10001:10001") in steps and "--require-hashes" in text
    named = dict(re.findall(r"(LICENCE_QR_\w+)=(\S+)", text))
    settings = load_settings(named)
    assert re.search(rf'^VOLUME \["{settings.home}", "{settings.keys}"\]$', text, re.MULTILINE)
    assert settings.home not in settings.passphrase_file.parents
    for script in (CONTAINER / "rootfs.sh", IMAGE):
        assert subprocess.run(["bash", "-n", script], capture_output=True).returncode == 0


def test_its_health_check_asks_the_port_that_it_serves():
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    assert f"EXPOSE {load_settings({}).port}\n" in text and f"127.0.0.1:{load_settings({}).port}/healthz" in text
    assert "--format docker" in text and "--format docker" in IMAGE.read_text(encoding="utf-8")  # or it has none


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_it_is_built_and_the_service_in_it_is_healthy(pytestconfig):
    assert IMAGE.stat().st_mode & 0o100  # the short form: it can be run
    if not pytestconfig.getoption("--campaign"):
        return
    ended = subprocess.run([IMAGE], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-5000:]
    assert "IMAGE: " in ended.stdout
