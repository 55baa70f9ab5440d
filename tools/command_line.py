"""Writes the reference of docs/command-line.md from the help of the commands: python -m docs.command_line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from licence_qr.cli.main import commands

DOCUMENT = Path(__file__).with_name("command-line.md")
MARK = "<!-- reference -->\n"
TERMINAL = 80


def walked(command: click.Command = commands, path: str = "licence-qr") -> Iterator[tuple[str, click.Command]]:
    """Every command and group, by the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walked(inner, f"{path} {name}")


def reference() -> str:
    """The help of every command, as a terminal of 80 columns shows it."""
    shown = []
    for path, command in walked():
        settings = {
            "max_content_width": TERMINAL,
            "terminal_width": TERMINAL - 2,
        }
        with command.make_context(path, [], resilient_parsing=True, **settings) as context:
            shown.append(f"## {path}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n" + "\n".join(shown)


def main() -> None:
    """Replace everything behind the mark."""
    before, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(MARK)
    DOCUMENT.write_text(before + MARK + reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
