"""The web: the only room that knows Flask. One module per audience; views translate, the services decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

EXTENSION = "licence_qr"


def use_cases() -> Services:
    """The services of the running application, as given to ``create_app``."""
    return cast("Services", current_app.extensions[EXTENSION])
