"""Help: every command and every option explains itself in both languages, and nothing of it is cut off."""

from __future__ import annotations

import re
import sys

import click
import pytest

from licence_qr.cli.help import columns, filled
from licence_qr.cli.main import main
from tools.command_line import FOLDER, TERMINAL, pages, walked

COMMANDS = dict(walked())
DOCUMENT = FOLDER.parent / "command-line.md"


def in_both_languages(text: str | None) -> bool:
    return bool(text and re.search("[\u4e00-\u9fff]", text) and re.search("[A-Za-z]{2}", text))


def help_of(path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints for ``-h`` on a terminal of 80 columns; it ends with 0."""
    monkeypatch.setenv("COLUMNS", str(TERMINAL))
    monkeypatch.setattr(sys, "argv", [*path.split(), "--help"])
    with pytest.raises(SystemExit) as leave:
        main()
    said = capsys.readouterr()
    assert (leave.value.code or 0, said.err) == (0, "")
    return said.out


@pytest.mark.parametrize("path", COMMANDS)
def test_help_is_in_both_languages_fits_the_terminal_and_is_not_cut_off(path, monkeypatch, capsys):
    said = help_of(path, monkeypatch, capsys)
    usage, _, rest = said.partition("\n\n")
    assert usage.startswith("用法 Usage: ")
    assert in_both_languages(rest.partition("\n选项 Options:")[0])
    assert "..." not in rest
    assert [line for line in said.splitlines() if columns(line) > TERMINAL] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_and_argument_says_what_it_is_in_both_languages(path):
    command = COMMANDS[path]
    with command.make_context(path, [], resilient_parsing=True) as context:
        shown = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    told = {param.name: getattr(param, "help", None) for param in shown}
    assert [name for name, text in told.items() if not in_both_languages(text)] == []


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if isinstance(command, click.Group)])
def test_a_list_of_commands_says_each_on_one_line_in_both_languages(path, monkeypatch, capsys):
    listed = help_of(path, monkeypatch, capsys).partition("命令 Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == sorted(COMMANDS[path].commands)
    assert all(in_both_languages(line.split(maxsplit=1)[1]) for line in listed)


def test_the_pages_say_what_the_commands_say():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == pages()  # python -m tools.command_line


def test_the_document_leads_to_the_page_of_every_command():
    led_to = re.findall(r"^\| \[([\w-]+)\]\(commands/\1\.md\) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(f"{name}.md" for name in led_to) == sorted(pages())


def test_the_document_lists_the_json_of_exactly_those_commands_that_have_it():
    listed = set(re.findall(r"^\| `([a-z -]+?)(?: --dry-run)?` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    having = {
        path.removeprefix("licence-qr ")
        for path, command in COMMANDS.items()
        if any("--json" in param.opts for param in command.params)
    }
    assert listed == having
    leaves = {p.removeprefix("licence-qr ") for p, c in COMMANDS.items() if not isinstance(c, click.Group)}
    assert leaves - having == {"serve", "sign-service", "completion"}


@pytest.mark.parametrize("width", [20, 31, 78])
def test_lines_are_filled_by_columns_and_lose_nothing(width):
    text = (
        "宣布自 DATE 起他人可能持有密钥（KID）。此事不能撤回：离线时以准许名单为准。 Declare that somebody\nelse may."
    )
    lines = filled(text, width)
    assert max(map(columns, lines)) <= width
    assert "".join(lines).replace(" ", "") == re.sub(r"\s", "", text)
    assert not any(line[0] in "，。：）" for line in lines)
