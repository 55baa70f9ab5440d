"""Rows of an import that wait for a person: both sides beside each other, a decision, a reason."""

from __future__ import annotations

from flask import Blueprint, render_template

from licence_qr.domain.roles import Role
from licence_qr.web import use_cases
from licence_qr.web.security import current_actor, roles

blueprint = Blueprint("waiting", __name__, url_prefix="/waiting-rows")


@blueprint.get("")
@roles(Role.CLERK)
def list_waiting_rows() -> str:
    """The rows of this office that wait."""
    return render_template("desk/waiting_rows.html", rows=use_cases().waiting.list(current_actor()))
