"""The one shape of what the service logs: a JSON object a line, whoever has something to say.

``event`` says what happened, ``level`` how bad it is, ``timestamp`` when (ISO 8601, UTC), ``source`` who says so: ``web``
the pages, ``server`` what runs them, ``start`` the command. The rest depends on the event. Never in a line: the message of
an exception, which may hold personal data; of a failure its type and where it arose are told.
"""

from __future__ import annotations

import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

Line = MutableMapping[str, Any]
MOST_FRAMES = 12

_stamp: tuple[Processor, ...] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_render = structlog.processors.JSONRenderer(ensure_ascii=False)


def processors(source: str) -> list[Processor]:
    """What makes a line of what ``source`` says, for structlog."""

    def name(logger: object, method: str, line: Line) -> Line:
        line["source"] = source
        return line

    return [name, *_stamp, _render]


def failure(error: BaseException) -> dict[str, Any]:
    """What a line tells of an exception: its type, and the frames it went through, innermost last."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": type(error).__name__, "frames": frames[-MOST_FRAMES:]}


def line(event: str, source: str, level: str = "info", **facts: Any) -> str:
    """One line, without its end, for who has no logger yet."""
    told: Any = {"event": event, **facts}
    for each in processors(source):
        told = each(None, level, told)
    return str(told)


class ServerLines(structlog.stdlib.ProcessorFormatter):
    """Formats what the server itself logs (module logging) in the same shape."""

    def __init__(self) -> None:
        made = processors("server")
        super().__init__(
            foreign_pre_chain=[_without_message],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *made],
        )


def _without_message(logger: object, method: str, told: Line) -> Line:
    error = (told.pop("exc_info", None) or (None, None))[1]
    return {**told, **failure(error)} if isinstance(error, BaseException) else told


def server_logging(*loggers: str) -> dict[str, Any]:
    """A configuration of the module logging (dictConfig) by which these loggers of the server write such lines.

    They go where a reader who has gone stops nothing (licence_qr.process.streams).
    """
    handler = {"class": "logging.StreamHandler", "stream": "ext://licence_qr.process.streams.OUT", "formatter": "line"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": ServerLines}},
        "handlers": {"lines": handler},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {name: {"handlers": ["lines"], "level": "INFO", "propagate": False} for name in loggers},
    }
