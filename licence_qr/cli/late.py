"""What is loaded when it is asked for: a command, and the services by which it acts.

Loading all services takes half a second: help, completion, the keys, verifying and what is refused before need none.
"""

from __future__ import annotations

import pkgutil
from collections import UserDict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from licence_qr.config import Settings

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services


def build(settings: Settings) -> Services:
    """``licence_qr.bootstrap.build`` with its defaults."""
    from licence_qr import bootstrap

    return bootstrap.build(settings)


class LateCommands(UserDict[str, click.Command]):
    """The commands of a group by name. ``places`` names for each the module below ``package`` and what it is called there;
    further ones are added to the first, which is a group."""

    def __init__(self, package: str, places: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._package, self._places = package, places

    def __missing__(self, name: str) -> click.Command:
        command, *inner = (self._loaded(place) for place in self._places[name])
        if isinstance(command, click.Group):
            for each in inner:
                command.add_command(each)
        self.data[name] = command
        return command

    def _loaded(self, place: str) -> click.Command:
        found: click.Command = pkgutil.resolve_name(f"{self._package}.{place}")
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
