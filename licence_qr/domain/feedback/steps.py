"""What reports and ratings have in common: a table of the steps that each state allows, and how any other is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from licence_qr.errors import ConflictError
from licence_qr.wording.text import Text

State = TypeVar("State", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)


def state_after(step: Step, allowed: Mapping[Step, State], words: Mapping[Step, Text]) -> State:
    """The state to which ``allowed`` leads by ``step``. Raises ConflictError ``step_not_allowed``."""
    found = allowed.get(step)
    if found is None:
        raise step_not_allowed(words[each] for each in allowed)
    return found


def step_not_allowed(allowed: Iterable[Text] = ()) -> ConflictError:
    """The refusal of a step, with what is allowed, in words."""
    words = tuple(allowed)
    zh, en = "、".join(each.zh for each in words) or "无", ", ".join(each.en for each in words) or "none"
    return ConflictError("step_not_allowed", allowed_zh=zh, allowed_en=en)
