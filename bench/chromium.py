"""The real chromium as tests, measurements and the pictures of the README start it."""

from __future__ import annotations

import shutil
from pathlib import Path

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
    # One process for all pages of a window and its storage: tests open hundreds of such, and each start of a process costs.
    "--renderer-process-limit=1",
)


# Where chromium's processes share memory. A container may give it 64 MB, which a large page exceeds.
SHARED = Path("/dev/shm")  # noqa: S108 – nothing is written there by us
ENOUGH = 512 * 2**20


def unwanted() -> list[str]:
    """What playwright would start chromium with, and we do not: files in place of shared memory, where there is room for it.

    With files a page costs a tenth more."""
    room = SHARED.is_dir() and shutil.disk_usage(SHARED).free >= ENOUGH
    return ["--disable-dev-shm-usage"] if room else []
