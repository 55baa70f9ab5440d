"""Help of the commands in both languages, laid out in terminal columns, and their completion in a shell.

Click fills lines by the number of characters. A Chinese character takes two columns, so those lines would be too long
for a terminal and break anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import click
from click.shell_completion import get_completion_class

_HEADINGS = {"Options": "选项 Options", "Commands": "命令 Commands", "Positional arguments": "参数 Arguments"}
_MARKS = {"[required]": "[必填 required]", "[default: ": "[默认 default: "}
_HAN = "\u2e80-\u9fff"
_OPENING, _CLOSING = "（《〔“", "，。；：、？！）》〕”"
# An unbreakable unit: a Latin word or a single Chinese character, with its punctuation.
_UNIT = re.compile(rf"[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*|\s+")


def columns(text: str) -> int:
    """The number of terminal columns of ``text``, two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def filled(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns. Source lines are joined, without spaces in Chinese."""
    joined = re.sub(rf"(?<=[{_HAN}{_CLOSING}])\n(?=[{_HAN}{_OPENING}])", "", text.strip())
    lines, gap = [""], ""
    for unit in filter(None, _UNIT.findall(joined)):
        if unit.isspace():
            gap = " "
        elif not lines[-1] or columns(lines[-1] + gap + unit) <= width:
            lines[-1], gap = lines[-1] + gap + unit, ""
        else:
            lines, gap = [*lines, unit], ""
    return lines


class Formatter(click.HelpFormatter):
    """Click's layout, with headings in both languages and lines that fit."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法 Usage: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = [filled(part, self.width - len(indent)) for part in re.split(r"\n\s*\n", text)]
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first = min(max(columns(term) for term, _ in rows), col_max) + col_spacing
        lead, indent = " " * self.current_indent, " " * (self.current_indent + first)
        for term, told in rows:
            for english, both in _MARKS.items():
                told = told.replace(english, both)
            lines = filled(told, self.width - len(indent))
            if columns(term) + col_spacing > first:
                self.write(f"{lead}{term}\n")
            else:
                self.write(lead + term + " " * (first - columns(term)) + lines.pop(0) + "\n")
            self.write("".join(f"{indent}{line}\n" for line in lines))


def _is_text(value: str) -> bool:
    """Whether every byte could be decoded: Python keeps others as surrogates, which cannot be stored."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


class _Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    """A command with help by ``Formatter``, whose arguments must be text, except paths, which may be any bytes."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        for parameter in self.params:
            value = ctx.params.get(parameter.name or "")
            if parameter.type is click.STRING and isinstance(value, str) and not _is_text(value):
                raise click.BadParameter("不是 UTF-8 文字。 The text is not UTF-8.", ctx, parameter)
        return rest

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return ["-h", "--help"]  # always, because Click caches the names from the first call

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明。 Show this help."
        return option


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


_PROGRAM, _VARIABLE = "licence-qr", "_LICENCE_QR_COMPLETE"


@click.command(cls=Command, short_help="自动补全。 Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL", help="bash, zsh 或 or fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """打印自动补全脚本，写入该 shell 的启动文件即可；bash 须为 4.4 或更高版本。

    Print the script that completes commands and options with the Tab key, to be saved where SHELL reads it at start-up:

    bash: licence-qr completion bash > ~/.local/share/bash-completion/completions/licence-qr

    zsh: licence-qr completion zsh > a file _licence-qr in a folder of $fpath

    fish: licence-qr completion fish > ~/.config/fish/completions/licence-qr.fish
    """
    made = get_completion_class(shell)
    if made is None:  # Click supports every shell of the choice
        raise click.UsageError(shell)
    click.echo(made(context.find_root().command, {}, _PROGRAM, _VARIABLE).source())
