"""The roles in words."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.roles import Role
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

ROLE_NAMES: Mapping[Role, Text] = {role: term(f"role.{role.value}") for role in Role}
