"""Writes docs/running/commands/, a page for each command, from the help of the commands: python -m tools.command_line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from licence_qr.cli.main import commands

FOLDER = Path(__file__).parents[1] / "docs" / "running" / "commands"
TERMINAL = 80


def walked(command: click.Command = commands, path: str = "licence-qr") -> Iterator[tuple[str, click.Command]]:
    """Every command and group, by the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walked(inner, f"{path} {name}")


def page(command: click.Command, path: str) -> str:
    """The help of a command, and of those inside a group, as a terminal of 80 columns shows it."""
    first, *others = [f"# {words}\n\n{_help(inner, words)}" for words, inner in walked(command, path)]
    return first + "".join(f"\n#{other}" for other in others)


def pages() -> dict[str, str]:
    """File name → text: a page for each command and each group."""
    return {f"{name}.md": page(command, f"licence-qr {name}") for name, command in commands.commands.items()}


def _help(command: click.Command, path: str) -> str:
    settings = {"max_content_width": TERMINAL, "terminal_width": TERMINAL - 2}
    with command.make_context(path, [], resilient_parsing=True, **settings) as context:
        return f"```\n{command.get_help(context)}\n```\n"


def main() -> None:
    """Write all pages anew; one of a command that is gone goes."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
