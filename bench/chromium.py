"""The real chromium as tests, measurements and the pictures of the README start it."""

from __future__ import annotations

# The browser whole, as people have it: its own process, storage, camera.
CHROMIUM = "/usr/bin/chromium"
# The same engine from the same source package without windows and services around it: a page costs two thirds. For tests
# of pages.
SHELL = "/usr/bin/chromium-headless-shell"
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
