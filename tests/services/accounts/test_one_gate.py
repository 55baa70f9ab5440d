"""A grave act has one gate. No other place checks a password, so none can forget the second factor."""

from __future__ import annotations

import ast

import pytest
from sources import PACKAGE, files_with, nodes

# What is called → the only files that call it.
CALLED_BY = {
    ".confirm_password": {"services/accounts/confirming.py"},
    "passwords.fits": {"services/accounts/sign_in.py"},
}


def callers(name: str) -> set[str]:
    """The files in which something is called whose name ends so."""
    last = name.rpartition(".")[2]
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in files_with(last)
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name)
    }


@pytest.mark.parametrize("name", CALLED_BY)
def test_passwords_are_checked_by_the_gate_and_at_the_sign_in_alone(name: str) -> None:
    assert callers(name) == CALLED_BY[name]
