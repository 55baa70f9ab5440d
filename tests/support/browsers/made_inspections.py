"""Visits and draws at an installation, one of each kind that has a page of its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from at_the_counter import Running
from desk_pages import Browser
from phone_pages import Phone, issued_hotel, picture, visit


def visits_and_draws(site: Running) -> dict[str, str]:
    """A held visit with a photograph and findings, an order, an announced draw and a drawn one: the address of each page
    by its name."""
    clerk, phone = site.signed_in("clerk"), Phone(site.signed_in("inspector"))
    hotel = issued_hotel(clerk, site.services)
    phone.ask()
    photo = picture()
    strokes = {"kind": "drawn", "name": "张示例", "width": 600, "height": 200, "strokes": [[10, 20, 300, 180, 580, 30]]}
    due = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    order = {"outcome": "to_rectify", "rectify_by": due}
    name, body = visit(site.services, hotel, photo, signature=strokes, remarks="前台未公示检测报告", **order)
    phone.put(name, body)
    phone.confirm(name, body)
    phone.put(f"{name}/{hashlib.sha256(body).hexdigest()}/photos/{hashlib.sha256(photo).hexdigest()}", photo)
    phone.put(name, visit(site.services, hotel, id=name, second_officer=None)[1])
    announced, drawn = (_announce(clerk, f"示例抽查{n}", due) for n in (1, 2))
    clerk.press(drawn, f"{drawn}/settle")
    return {
        "inspections": "/desk/inspections",
        "counted visit": "/desk/inspections/1",
        "visit": "/desk/inspections/2",
        "draws": "/desk/draws",
        "new draw": "/desk/draws/new",
        "announced": announced,
        "drawn": drawn,
        "public list": "/draws",
        "public draw": f"/draws/{drawn.rsplit('/', 1)[1]}",
    }


def _announce(clerk: Browser, title: str, due: str) -> str:
    fields = {"title": title, "places": "1", "due_on": due, "recused": "", "seed_source": ""}
    return str(clerk.send("/desk/draws/new", fields).location)
