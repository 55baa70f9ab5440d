"""docs/verifying/verifying.md: its example runs as it stands, and its table says of every refusal what the program says."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import parts
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.wording import sentences
from tools.verifying_table import MARK, refusals, table

TOP = Path(__file__).parents[3]
DOCUMENT = (TOP / "docs" / "verifying" / "verifying.md").read_text(encoding="utf-8")
EXAMPLE, WITH_STATUS = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
REFUSING = "import sys\nsys.addaudithook(lambda event, _: event.startswith('socket.') and sys.exit(event))\n"


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A folder as an authority hands it out, with lists of today: the example asks the clock."""
    now = datetime.now(UTC).replace(microsecond=0)
    days = tuple((date.today() + timedelta(days=ahead)).isoformat() for ahead in (-30, 30, 300))
    keys = [parts.key_entry(days=days), parts.key_entry(parts.STATUS_KEY, parts.STATUS, days=days)]
    root = parts.ROOT.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "root.pub.pem").write_bytes(root)
    (tmp_path / "trust-list.cbor").write_bytes(parts.trust_list(keys))
    seconds = int(now.timestamp())
    listed = parts.status_claims({4097: 2}, iat=seconds - 60, exp=seconds + 3600)
    (tmp_path / "status-list.cwt").write_bytes(parts.status_list(listed))
    return tmp_path


def code_of_today(**changes: object) -> str:
    issued_on = (date.today() - date(1970, 1, 1)).days - 1
    return parts.address(parts.token(parts.payload(issued_on=issued_on, **changes)))


def run(program: str, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """The program in a folder of its own, without a network."""
    return subprocess.run([sys.executable, "-c", REFUSING + program, text], cwd=folder, capture_output=True, text=True)


def test_the_example_has_ten_lines() -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) <= 10


def test_the_example_says_the_name_and_the_permits_of_a_genuine_code(authority: Path) -> None:
    done = run(EXAMPLE, authority, code_of_today())
    assert done.stderr == ""
    assert done.stdout.startswith(f"{parts.NAME} PermitClaim(permit_type=2, ")


def test_the_example_ends_with_the_refusal_of_a_forged_code(authority: Path) -> None:
    done = run(EXAMPLE, authority, code_of_today()[:-3] + "000")
    assert done.returncode == 1
    assert "TokenError: s" in done.stderr
    assert done.stdout == ""


def test_the_example_with_a_status_list_says_that_the_permit_is_suspended(authority: Path) -> None:
    done = run(EXAMPLE + WITH_STATUS, authority, code_of_today())
    assert done.stderr == ""
    assert done.stdout.splitlines()[1].startswith("valid suspended 0:01:")


def test_the_example_loads_no_flask_and_no_database(authority: Path) -> None:
    asked = "\nprint({'flask', 'sqlite3', 'socket', 'licence_qr.services'} & set(sys.modules))"
    done = run(EXAMPLE + WITH_STATUS + asked, authority, code_of_today())
    assert done.stdout.splitlines()[-1] == "set()"


def test_the_table_says_of_every_refusal_what_the_program_says() -> None:
    assert DOCUMENT.partition(MARK)[2] == table()
    assert len(list(refusals())) > 40


def test_every_sentence_of_a_refusal_stands_in_the_table() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT.partition(MARK)[2], re.MULTILINE))
    assert set(rows) == set(refusals())
    for code, row in rows.items():
        assert all(sentences()[code][key] in row for key in ("zh", "en", "do_zh", "do_en")), code
