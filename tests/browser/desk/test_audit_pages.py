"""The auditor's pages in both languages: nothing for axe to find, nothing wider than its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from at_the_counter import Running, running
from every_page import Walk, in_language, languages, one_walk

pytestmark = [pytest.mark.campaign, one_walk]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("audit")) as site:
        yield site


@pytest.fixture(scope="module")
def read(site: Running) -> str:
    """A business whose page a clerk has read; its credit code."""
    uscc = site.issued()
    site.signed_in("clerk").see(f"/desk/businesses/{uscc}")
    return uscc


@languages
def test_the_pages_of_auditors_are_clean_and_fit(site: Running, read: str, walk: Walk, language: str) -> None:
    with walk.over(site.origin, language) as page:
        site.seat(page.context, "auditor")
        walk.seated()
        for name, address in {
            "list": "/desk/audit",
            "nothing": "/desk/audit?account=nobody",
            "wrong day": "/desk/audit?from=x",
            "day": "/desk/audit/days/clerk",
            "readers": f"/desk/audit/readers/{read}",
        }.items():
            walk.visit(name, in_language(f"{site.origin}{address}", language))
