"""Numbers no register could hold, in addresses, filters and forms: unknown or refused, never a failure."""

from __future__ import annotations

import pytest
from desk_pages import Browser, hidden
from four_eyes_pages import Shop, clerk, decider, desk_app, desk_services, inspector, people, shop

from licence_qr.web.shell.bounded_numbers import counted

__all__ = ["clerk", "decider", "desk_app", "desk_services", "inspector", "people", "shop"]

LARGE, ENDLESS = "9" * 30, "9" * 5000


@pytest.mark.parametrize(
    "address",
    [
        "/draws/{}",
        "/draws/{}.json",
        "/desk/proposals/{}",
        "/desk/inspections/{}",
        "/desk/inspections/orders/{}",
        "/desk/draws/{}",
        "/desk/draws/drawn/{}",
        "/desk/reports/{}",
        "/desk/ratings/{}",
    ],
)
def test_an_address_with_a_number_too_large_leads_nowhere(decider: Browser, address: str) -> None:
    assert decider.client.get(address.format(LARGE)).status_code == 404
    assert decider.client.get(address.format(2**63)).status_code == 404


@pytest.mark.parametrize("number", [LARGE, ENDLESS, str(10**18), "-1", "１"])
@pytest.mark.parametrize(
    "address", ["/desk/proposals?page=", "/desk/proposals?state=closed&page=", "/desk/inspections?page="]
)
def test_a_page_no_list_has_shows_a_list_all_the_same(decider: Browser, address: str, number: str) -> None:
    assert decider.client.get(address + number).status_code == 200


def test_a_form_with_an_impossible_revision_is_never_a_failure(shop: Shop, clerk: Browser) -> None:
    page = clerk.see(shop.form())
    answer = clerk.send(shop.form(), shop.sent(revision=LARGE), page)
    assert answer.status_code == 409  # as one that was made before everything that happened
    change = f"/desk/businesses/{shop.uscc}/licence/change"
    token = hidden(clerk.see(change), "csrf_token")
    assert clerk.client.post(change, data={"csrf_token": token, "revision": LARGE}).status_code == 400


@pytest.mark.parametrize("places", [ENDLESS, "00000001" + LARGE, "0000000019999"])
def test_a_draw_of_impossibly_many_places_is_refused(clerk: Browser, places: str) -> None:
    fields = {
        "title": "抽查",
        "due_on": "2026-12-20",
        "recused": "",
        "seed_source": "",
        "places": places,
        "away": ENDLESS,
    }
    assert clerk.send("/desk/draws/new", fields).status_code == 422


@pytest.mark.parametrize("typed", ["", "-1", "1.0", "１", "²", LARGE, ENDLESS, " 1", "1_000"])
def test_only_plain_numbers_count(typed: str) -> None:
    with pytest.raises(ValueError, match="number"):
        counted(typed)


def test_a_plain_number_counts() -> None:
    assert [counted(typed) for typed in ("0", "7", "007", "9" * 12)] == [0, 7, 7, 10**12 - 1]


@pytest.mark.parametrize("room", ["reports", "ratings"])
def test_a_step_from_an_impossible_revision_is_never_a_failure(clerk: Browser, room: str) -> None:
    sent = {"csrf_token": hidden(clerk.see("/desk/"), "csrf_token"), "revision": ENDLESS, "step": "noted", "text": "x"}
    assert clerk.client.post(f"/desk/{room}/1", data=sent).status_code == 404
