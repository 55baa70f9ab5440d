"""A register that was lost is not made anew by the command that makes one: its numbers are printed already."""

from __future__ import annotations

from pathlib import Path

import pytest
from harmed import APPLICATION
from program import Ended, environ, run_here
from safe import make_safe, passphrase_file, root_options


@pytest.fixture
def made(tmp_path: Path) -> Path:
    make_safe(tmp_path)
    assert init(tmp_path, *root_options(tmp_path)).status == 0
    return tmp_path


def init(folder: Path, *options: object) -> Ended:
    return run_here(environ(folder), "init", *options)


def lose(folder: Path, content: bytes | None) -> Path:
    register = folder / "var" / "register.db"
    for each in register.parent.glob("register.db*"):
        if each.is_file():
            each.unlink()
    if content is not None:
        register.write_bytes(content)
    return register


@pytest.mark.parametrize(("content", "code"), [(None, "register_gone"), (b"", "register_empty")])
def test_keys_without_a_register_are_told_and_nothing_is_changed(made: Path, content: bytes | None, code: str) -> None:
    register = lose(made, content)
    keys = {path.name: path.read_bytes() for path in (made / "keys").iterdir()}
    ended = init(made)
    assert ended.status == 1 and f"[{code}]" in ended.err and "Traceback" not in ended.err
    assert (register.read_bytes() if register.exists() else None) == content
    assert {path.name: path.read_bytes() for path in (made / "keys").iterdir()} == keys
    assert init(made, "--really-new").status == 0
    assert register.stat().st_size > 0
    assert {path.name: path.read_bytes() for path in (made / "keys").iterdir()} == keys


@pytest.mark.parametrize("content", [None, b""])
def test_a_first_start_that_was_interrupted_is_repeated(made: Path, content: bytes | None) -> None:
    lose(made, content)
    (made / "var" / "init-begun").touch()
    assert init(made).status == 0
    assert not (made / "var" / "init-begun").exists()
    assert init(made).status == 0


@pytest.mark.parametrize("begun", [True, False])
def test_no_register_is_made_beside_keys_that_the_passphrase_does_not_open(made: Path, *, begun: bool) -> None:
    """As where a first start was interrupted after the keys, and is repeated with another passphrase."""
    register = lose(made, None)
    if begun:
        (made / "var" / "init-begun").touch()
    options = [] if begun else ["--really-new"]
    right = passphrase_file(made).read_text()
    passphrase_file(made).write_text("of another installation, long enough")
    ended = init(made, *options)
    assert ended.status == 1 and "[key_passphrase]" in ended.err and not register.exists()
    passphrase_file(made).write_text(right)
    assert init(made, *options).status == 0


@pytest.mark.parametrize("option", [[], ["--really-new"]])
@pytest.mark.parametrize("lost", ["register.db", "register.db and trust list"])
def test_where_numbers_were_given_no_new_register_is_made_whatever_is_said(
    made: Path, lost: str, option: list[str]
) -> None:
    """Nor where the trust list is lost too: it would be one of edition 1, and every number would come twice."""
    assert run_here(environ(made), "issue", APPLICATION).status == 0
    register = lose(made, None)
    if "trust list" in lost:
        (made / "keys" / "trust-list.cbor").unlink()
    ended = init(made, *option, *root_options(made))
    assert ended.status == 1 and "[numbers_were_given]" in ended.err and not register.exists()
