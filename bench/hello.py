"""The bare Flask application that the scan page is measured against."""

from flask import Flask


def application() -> Flask:
    """One route, one sentence."""
    app = Flask("hello")

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app
