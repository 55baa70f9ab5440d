"""What pages are handed belongs to one application: nothing is forgotten, and two in one process do not mix."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

import licence_qr.web
from licence_qr.bootstrap import Services
from licence_qr.web.app import create_app
from licence_qr.web.shell.handed import Handed, catalogue


def places() -> dict[str, Handed[object]]:
    """Every place for something handed, by the module that made it and its name there."""
    found: dict[str, Handed[object]] = {}
    for module in pkgutil.walk_packages(licence_qr.web.__path__, "licence_qr.web."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Handed) and value not in found.values():
                found[f"{module.name}.{name}"] = value
    return found


# Handed where an identity service is configured; ``test_identity_service`` has one.
OPTIONAL = {"licence_qr.web.accounts.identity_service.service"}


def test_the_application_forgets_no_room(services: Services):
    empty = {}
    with create_app(services).app_context():
        for where, place in places().items():
            try:
                place()
            except KeyError:
                empty[where] = place
    assert len(places()) > 20 and empty.keys() == OPTIONAL


def test_two_applications_in_one_process_answer_from_their_own_registers(
    services: Services, make_services: Callable[[Path], Services], tmp_path: Path
):
    apps = create_app(services), create_app(make_services(tmp_path / "other"))
    lists = [app.test_client().get("/trust-list").data for app in apps]
    assert all(lists) and lists[0] != lists[1]


def test_what_was_not_handed_over_is_named():
    with Flask(__name__).app_context(), pytest.raises(KeyError, match="Handed.Catalogue."):
        catalogue()


def test_each_application_has_what_it_was_given():
    first, second, place = Flask("first"), Flask("second"), Handed(str)
    place.give(first, "one")
    place.give(second, "two")
    for app, said in ((first, "one"), (second, "two")):
        with app.app_context():
            assert place() == said
