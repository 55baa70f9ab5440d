"""The real browser as tests, measurements and the pictures of the README start it."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium"
# Without a sandbox, because a container gives it none; without what it would otherwise ask of other sites by itself.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
