"""The bare Flask application that pages are measured against, behind the same front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from licence_qr.front.answer import Answer
from licence_qr.front.lanes import LaneSize, Way


def application() -> Flask:
    """One route, one sentence."""
    app = Flask("hello")

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


class HelloSite:
    """It as the front wants it: one lane, nothing kept, nothing refused."""

    lanes = {"all": LaneSize(threads=1, waiting=200)}

    def __init__(self) -> None:
        self.wsgi = application()
        self.kept = self

    def ask(self, environ: Mapping[str, Any]) -> None:
        """Nothing is kept."""

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """There is no proxy."""
        return environ

    def way_of(self, environ: Mapping[str, Any]) -> Way:
        """The one lane."""
        return Way("all")

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        """A word."""
        return Answer(status, [], b"refused")
