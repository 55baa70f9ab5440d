"""``--json``: the result of a command as one JSON object on standard output.

Remarks, progress and questions then go to standard error. docs/running/command-line.md lists the members of each
object.
"""

from __future__ import annotations

import codecs
import functools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from licence_qr.cli.errors import as_facts, unusable
from licence_qr.errors import LicenceQRError

Command = Callable[..., None]
_SAID = "licence_qr.said"


def say(facts: Mapping[str, Any]) -> None:
    """Print the object of this command, always in UTF-8, whatever the encoding of the terminal."""
    click.get_current_context().meta[_SAID] = True
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # None if standard output was closed at start
    in_letters = codecs.lookup(encoding).name == "utf-8"
    click.echo(json.dumps(facts, ensure_ascii=not in_letters, indent=2))


def json_option(command: Command) -> Command:
    """Add ``--json`` (``as_json``) to a command; must be the innermost decorator.

    An error is printed as ``{"errors": [...]}`` in addition to the text on standard error, unless the command has
    printed its object already: there is never a second one.
    """

    @functools.wraps(command)
    def run(**given: Any) -> None:
        try:
            command(**given)
        except (LicenceQRError, OSError) as error:
            if given["as_json"] and _SAID not in click.get_current_context().meta:
                say({"errors": as_facts(unusable(error) if isinstance(error, OSError) else error)})
            raise

    told = "只输出一个 JSON 对象，供程序读取。 Print one JSON object, for programs."
    return click.option("--json", "as_json", is_flag=True, help=told)(run)
