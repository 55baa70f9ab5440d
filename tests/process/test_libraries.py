"""Which libraries count as too old, by the bounds of the package's own metadata."""

from __future__ import annotations

from importlib import metadata

import pytest

from licence_qr.process.libraries import check_libraries, too_old


@pytest.mark.parametrize(
    ("wanted", "found", "old"),
    [
        ("cbor2<7,>=6.1", "5.9.0", True),
        ("cbor2>=6.1,<7", "6.0.9", True),
        ("cbor2>=6.1", "6.1", False),
        ("cbor2>=6.1", "6.1.0rc1", False),
        ("cbor2>=6.1", "6.10", False),
        ("cbor2>=6.0.0", "6", False),
        ("cbor2~=6.1", "5.6.5", True),
        ("cbor2[c] >= 6.1 ; python_version >= '3.11'", "6.0", True),
        ("cbor2", "1.0", False),
        ("cbor2<7", "1.0", False),
        ("cbor2>=6.1; extra == 'dev'", "5.9", False),
    ],
)
def test_a_version_is_held_against_its_lower_bound(wanted, found, old):
    named = too_old([wanted], {"cbor2": found}.__getitem__)
    assert [(name, version) for name, _, version in named] == ([("cbor2", found)] if old else [])


def test_a_library_that_is_not_there_is_left_to_its_import():
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    assert too_old(["colorama>=1; sys_platform == 'win32'"], missing) == []


def test_what_is_installed_here_is_new_enough():
    check_libraries()
