"""The auditor's pages in both languages: nothing for axe to find, nothing wider than its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from at_the_counter import Running, running
from every_page import Walk, in_language, inside, languages, one_walk

pytestmark = [pytest.mark.campaign, one_walk]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("audit")) as site:
        yield site


@languages
def test_the_pages_of_auditors_are_clean_and_fit(site: Running, walk: Walk, language: str) -> None:
    uscc = site.issued()
    site.signed_in("clerk").see(f"/desk/businesses/{uscc}")
    with walk.over(site.origin, language) as page:
        site.seat(page.context, "auditor")
        for name, address in {
            "list": "/desk/audit",
            "nothing": "/desk/audit?account=nobody",
            "wrong day": "/desk/audit?from=x",
            "day": "/desk/audit/days/clerk",
            "readers": f"/desk/audit/readers/{uscc}",
        }.items():
            inside(page, in_language(f"{site.origin}{address}", language))
            walk.look(name)
