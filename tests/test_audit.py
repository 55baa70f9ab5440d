"""The search for known faults: every lock and every library kept in the tree is asked about, and ranges are told apart."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import audit
from tools.audit import NPM, PYPI, ROOT, Finding, NoAdvisories, Part, findings, parts

LIBRARY = Part(PYPI, "made-up", "1.4.0", "a.lock")


def advisory(*events: dict[str, str], versions: tuple[str, ...] = (), name: str = "Made_Up") -> dict[str, Any]:
    kind = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    package = {"ecosystem": PYPI, "name": name}
    return {
        "id": "MADE-UP-1",
        "summary": "a fault",
        "affected": [{"package": package, "versions": versions, "ranges": kind}],
    }


def introduced(version: str) -> dict[str, str]:
    return {"introduced": version}


def fixed(version: str) -> dict[str, str]:
    return {"fixed": version}


def test_every_lock_and_every_vendored_library_is_asked_about():
    asked = parts()
    files = {part.file for part in asked}
    locks = {str(lock.relative_to(ROOT)) for lock in (*ROOT.glob("*.lock"), *ROOT.glob("tests/**/*.lock"))}
    vendored = {f"static/vendor/{folder.name}/README.md" for folder in (ROOT / "static/vendor").iterdir()}
    assert files == locks | vendored | {"package-lock.json"}
    assert {"flask", "cryptography", "pillow", "qrcode", "sqlite-utils"} <= {part.name for part in asked}
    assert {"pdfjs-dist", "zxing-wasm", "cborg", "govuk-frontend", "typescript"} <= {part.name for part in asked}
    assert all(part.ecosystem in (PYPI, NPM) and part.version for part in asked)


@pytest.mark.parametrize(
    ("events", "hit"),
    [
        ((introduced("0"),), True),
        ((introduced("0"), fixed("1.4.0")), False),
        ((introduced("0"), fixed("1.4.1")), True),
        ((introduced("1.5"),), False),
        ((introduced("0"), {"last_affected": "1.4.0"}), True),
        ((introduced("0"), {"last_affected": "1.3.9"}), False),
        ((introduced("0"), fixed("1.1"), introduced("1.4"), fixed("1.4.2")), True),
        ((fixed("1.4.2"), introduced("1.4"), fixed("1.1"), introduced("0")), True),
        ((introduced("0"), fixed("1.10.0")), True),
    ],
)
def test_a_range_names_the_versions_from_where_a_fault_came_to_where_it_went(events, hit):
    assert bool(findings([LIBRARY], [advisory(*events)])) is hit


def test_a_version_that_is_named_by_itself_is_found():
    assert findings([LIBRARY], [advisory(versions=("1.3.0", "1.4.0"))]) == [
        Finding(LIBRARY, "MADE-UP-1", "a fault", True)
    ]
    assert findings([LIBRARY], [advisory(versions=("1.3.0",))]) == []


def test_what_cannot_be_compared_is_told_and_not_passed_over():
    (found,) = findings([LIBRARY], [advisory(introduced("0"), fixed("next"))])
    assert found.affected is None


def test_an_advisory_that_was_withdrawn_says_nothing():
    other = advisory(introduced("0"), name="something-else")
    assert findings([LIBRARY], [advisory(introduced("0")) | {"withdrawn": "2026-01-01T00:00:00Z"}, other]) == []


def test_a_source_without_advisories_is_no_clean_bill(tmp_path, capsys):
    with pytest.raises(NoAdvisories):
        findings([LIBRARY], [])
    (tmp_path / "broken.zip").write_bytes(b"PK")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert audit.main([]) == 2
    for name in ("broken.zip", "other", "empty", "missing"):
        assert audit.main([str(tmp_path / name)]) == 2
    assert "broken.zip" in capsys.readouterr().out


def test_faults_of_a_folder_and_of_a_zip_are_told_and_end_with_1(tmp_path):
    pinned = next(part for part in parts() if part.name == "pdfjs-dist")
    known = advisory(introduced("0")) | {"id": "MADE-UP-2"}
    known["affected"][0]["package"] = {"ecosystem": NPM, "name": "pdfjs-dist"}
    (tmp_path / "npm").mkdir()
    (tmp_path / "npm" / "MADE-UP-2.json").write_text(json.dumps(known), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "pypi.zip", "w") as packed:
        packed.writestr("MADE-UP-1.json", json.dumps(advisory(introduced("0"))))
    told = run(tmp_path / "npm", tmp_path / "pypi.zip")
    assert told.returncode == 1
    assert f"pdfjs-dist {pinned.version} (static/vendor/pdfjs/README.md): MADE-UP-2 a fault" in told.stdout


def run(*sources: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.audit", *map(str, sources)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
