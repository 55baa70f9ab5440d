"""The signer that a server keeps for itself."""

from __future__ import annotations

import os
from pathlib import Path

from licence_qr.signer.keeper import clear_up


def test_the_sockets_of_servers_that_were_killed_are_removed_and_no_others(tmp_path: Path) -> None:
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    for name in (f"licence-qr-signer-{gone}-a", f"licence-qr-signer-{os.getpid()}-b", "licence-qr-signer-x", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / f"licence-qr-signer-{gone}-a" / "socket").touch()
    clear_up(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {
        f"licence-qr-signer-{os.getpid()}-b",
        "licence-qr-signer-x",
        "other",
    }
