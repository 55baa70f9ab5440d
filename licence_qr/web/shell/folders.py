"""Where the templates and the static files are."""

from __future__ import annotations

from pathlib import Path

import licence_qr


def shipped(name: str) -> Path:
    """The folder ``templates`` or ``static``: in the package where it was installed, else at the top of a checkout."""
    package = Path(licence_qr.__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
