"""Workers begin with files that are there, and every test belongs to one unit of work."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_files import BROWSER, OTHERS, WholeFiles, place_of

TESTS = Path(__file__).parent


@pytest.mark.parametrize("folder", [*BROWSER, *OTHERS])
def test_every_folder_of_the_list_has_tests(folder: str) -> None:
    assert any(TESTS.glob(f"{folder}*/**/test_*.py")) or any(TESTS.glob(f"{folder}*.py"))


def test_the_browser_stands_at_one_end_servers_at_the_other_and_what_is_quick_between() -> None:
    files = ["domain/test_dates.py", "serving/test_stopping.py", "browser/test_every_page.py", "test_terms.py"]
    assert sorted(files, key=place_of) == [files[2], files[0], files[3], files[1]]


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("tests/a/test_b.py::test_c", "tests/a/test_b.py"),
        ("tests/a/test_b.py::test_c[x::y@z]", "tests/a/test_b.py"),
        ("tests/a/test_b.py::test_c[x]@every page", "every page"),
    ],
)
def test_a_unit_of_work_is_a_file_or_a_group(test: str, unit: str) -> None:
    assert WholeFiles._split_scope(object.__new__(WholeFiles), test) == unit
