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


def page(path: str, command: click.Command) -> str:
    """The help of a command, and of the commands of a group, as a terminal of 80 columns shows it."""
    inside = command.commands.items() if isinstance(command, click.Group) else ()
    of_group = [(f"{path} {name}", inner) for name, inner in inside if not isinstance(inner, click.Group)]
    first, *others = [f"# {words}\n\n{_help(inner, words)}" for words, inner in ((path, command), *of_group)]
    return first + "".join(f"\n#{other}" for other in others)


def pages() -> dict[str, str]:
    """File name → text: a page for each command and each group, also one inside a group (``person-absence.md``)."""
    named = ((path.partition(" ")[2], path, command) for path, command in walked())
    own = (each for each in named if " " not in each[0] or isinstance(each[2], click.Group))
    return {f"{name.replace(' ', '-')}.md": page(path, command) for name, path, command in own if name}


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
