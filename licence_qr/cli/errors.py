"""What the command line says when it refuses: to people on standard error, to programs as facts."""

from __future__ import annotations

import traceback
from typing import Any

import click

from licence_qr import wording
from licence_qr.errors import InputError, InvalidApplication, LicenceQRError, UnreadableError


def unusable(error: OSError) -> UnreadableError:
    """A file or folder that the system did not let us use, or an output that took no more, as an error of ours."""
    if _came_from_saying(error):
        return UnreadableError("output_not_written", because=error.strerror or error)
    return UnreadableError("file_not_usable", name=error.filename or "", because=error.strerror or error)


def _came_from_saying(error: OSError) -> bool:
    """Whether it was standard output that took no more: an error of a write names no file, so its place has to tell."""
    frame = list(traceback.walk_tb(error.__traceback__))[-1][0]
    return str(frame.f_globals["__name__"]).startswith("click.")


def _problems(error: LicenceQRError) -> tuple[LicenceQRError, ...]:
    if isinstance(error, InvalidApplication):
        return (error, *error.parts)
    return error.parts or (error,)


def tell(error: LicenceQRError) -> None:
    """Say an error on standard error in both languages, with its stable code."""
    for problem in _problems(error):
        where = f" {problem.field}" if isinstance(problem, InputError) and problem.field else ""
        click.echo(f"[{problem.code}]{where}", err=True)
        for language in wording.LANGUAGES:
            explanation = wording.explain(problem, language)
            click.echo(f"  {explanation.what} {explanation.todo}", err=True)


def as_facts(error: LicenceQRError) -> list[dict[str, Any]]:
    """The same for programs: code, field (null where it is not about one), and the sentence in both languages."""
    return [
        {
            "code": problem.code,
            "field": (isinstance(problem, InputError) and problem.field) or None,
            "zh": str(wording.explain(problem, "zh")),
            "en": str(wording.explain(problem, "en")),
        }
        for problem in _problems(error)
    ]
