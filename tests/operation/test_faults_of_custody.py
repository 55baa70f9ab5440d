"""The runbook, keys that are not where they should be: each is caused for real, and the way out is gone."""

from __future__ import annotations

import json
import shutil

from harmed import issued, reasons, says, settings_of
from program import run_here
from safe import ROOT_PASSPHRASE, root_options

from licence_qr.store.keys import key_files


def test_root_key_beside_the_service(here):
    """As installations of before have it: under the passphrase of the other keys."""
    place, keys = here / "safe" / "root", here / "keys"
    root = key_files.read_private_key(place, key_files.ROOT, ROOT_PASSPHRASE.encode())
    shutil.rmtree(place)
    place.mkdir()
    key_files.write_private_key(keys, key_files.ROOT, root, key_files.read_passphrase(here / "safe" / "key-passphrase"))
    ended = run_here(settings_of(here), "serve")
    assert ended.status == 1 and says("root_key_beside", ended.err)
    assert issued(here).status == 0
    assert run_here(settings_of(here), "keys", "root", "move", place, *root_options(here)[2:]).status == 0
    assert [path.name for path in key_files.private_root_files(keys)] == []
    assert run_here(settings_of(here), "keys", "rotate", "licence", *root_options(here)).status == 0
    assert issued(here).status == 0


def test_key_in_no_list(here):
    signed = (here / "keys" / "trust-list.cbor").read_bytes()
    (kept := here / "kept").mkdir()
    shutil.copytree(here / "var", kept / "var")
    added = run_here(settings_of(here), "keys", "new", "licence", "--json", *root_options(here))
    kid = json.loads(added.out)["kid"]
    # The power went between key and list.
    (here / "keys" / "trust-list.cbor").write_bytes(signed)
    (here / "keys" / "newest-lists.json").unlink()
    shutil.rmtree(here / "var")
    (kept / "var").rename(here / "var")
    ended = run_here(settings_of(here), "doctor")
    assert ended.status == 1 and says("unsafe_key_unlisted", ended.out)
    assert issued(here).status == 0 and reasons(here) == {}
    adopted = run_here(settings_of(here), "keys", "adopt", here / "keys" / f"licence-{kid}.pem", *root_options(here))
    assert adopted.status == 0, adopted.err
    assert "unsafe_key_unlisted" not in run_here(settings_of(here), "doctor").out
    assert issued(here).status == 0
