"""The bare Flask application that pages are measured against, behind the same front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from licence_qr.front.answer import Answer
from licence_qr.front.lanes import LaneSize


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
    most_bytes = 1024

    def __init__(self) -> None:
        self.wsgi = application()
        self.kept = self

    def ask(self, environ: Mapping[str, Any]) -> None:
        """Nothing is kept."""

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """There is no proxy."""
        return environ

    def lane_of(self, environ: Mapping[str, Any]) -> str:
        """The one lane."""
        return "all"

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        """A word."""
        return Answer(status, [], b"refused")
