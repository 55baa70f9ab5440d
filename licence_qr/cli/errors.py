"""Errors on the command line: for people on standard error, for programs as JSON values."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import click

from licence_qr import wording
from licence_qr.errors import InputError, InvalidApplication, LicenceQRError, UnreadableError


def unusable(error: OSError) -> UnreadableError:
    """Convert an OSError of a file, a folder or standard output into an UnreadableError."""
    if _came_from_saying(error):
        return UnreadableError("output_not_written", because=error.strerror or error)
    return UnreadableError("file_not_usable", name=error.filename or "", because=error.strerror or error)


def _came_from_saying(error: OSError) -> bool:
    """Whether the error comes from writing to standard output: it names no file, so the traceback has to tell."""
    frame = list(traceback.walk_tb(error.__traceback__))[-1][0]
    return str(frame.f_globals["__name__"]).startswith("click.")


def _problems(error: LicenceQRError) -> tuple[LicenceQRError, ...]:
    if isinstance(error, InvalidApplication):
        return (error, *error.parts)
    return error.parts or (error,)


def tell(error: LicenceQRError) -> None:
    """Print an error to standard error in both languages, with its stable code."""
    for problem in _problems(error):
        where = f" {problem.field}" if isinstance(problem, InputError) and problem.field else ""
        click.echo(f"[{problem.code}]{where}", err=True)
        for language in wording.LANGUAGES:
            explanation = wording.explain(problem, language)
            click.echo(f"  {explanation}", err=True)


def as_facts(error: LicenceQRError) -> list[dict[str, Any]]:
    """An error for programs: code, field (null if none), and the sentence in both languages."""
    return [
        {
            "code": problem.code,
            "field": (isinstance(problem, InputError) and problem.field) or None,
            "zh": str(wording.explain(problem, "zh")),
            "en": str(wording.explain(problem, "en")),
        }
        for problem in _problems(error)
    ]


def tell_findings(found: Sequence[LicenceQRError]) -> None:
    """Print what a check has found, each with its code in both languages."""
    for each in found:
        click.echo(f"[{each.code}]")
        for language in wording.LANGUAGES:
            click.echo(f"  {wording.explain(each, language)}")
