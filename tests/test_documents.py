"""What the documents name is there: links and anchors, files, names in the code, commands, targets of make, settings.

Each finder takes a page and its text and gives its faults, so that a broken page can be held against it too.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path, PurePosixPath

import click
import pytest

from licence_qr import __version__
from licence_qr.cli.main import commands
from licence_qr.config.table import BY_NAME
from tools import screenshots, verify_icons, verifying_table

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MOST_LINES, MOST_LINES_OF_A_DECISION = 200, 60
READERS = ("using", "running", "verifying", "trade", "contributing")
FOLDERS = ("bench", "deploy", "docs", "keys", "licence_qr", "static", "templates", "tests", "tools", ".github", ".ci")
SOURCES = {".py", ".js", ".toml", ".html", ".sh", ".md", ".yaml"}

# Written or read at run time, outside the checkout or ignored in it.
MADE_AT_RUN_TIME = {"demonstration-accounts.txt", "index.txt", "var/", "photos/", "outbox/", "demonstration/codes/"}
# Begins like a command and is none: what a draw hashes.
LABEL = "draw 1"

Finder = Callable[[Path, str], Iterator[str]]


@cache
def tree() -> tuple[str, ...]:
    """Every file of the checkout, by its path from the top; folders end with a slash."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += (p for p in [ROOT / folder, *(ROOT / folder).rglob("*")] if "__pycache__" not in p.parts)
    return tuple(f"{path.relative_to(ROOT).as_posix()}{'/' if path.is_dir() else ''}" for path in paths)


@cache
def pages() -> tuple[Path, ...]:
    """All documents, whoever they are for."""
    return tuple(ROOT / name for name in sorted(tree()) if name.endswith(".md"))


def without_blocks(text: str) -> str:
    """The text outside of fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def code_lines(text: str) -> Iterator[str]:
    """What stands in backticks, and every line of a fenced block."""
    for block in re.findall(r"^```\w*[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from spans(text)


def spans(text: str) -> list[str]:
    """What stands in backticks outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", without_blocks(text))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ +(.+?) *$", without_blocks(page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        if count:
            found[f"{slug}-{count}"] = 1
    return frozenset(found)


def targets(text: str) -> list[str]:
    """Where the links and pictures of a page lead, but for other sites."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_blocks(text)) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [target for target in found if not re.match(r"https?:|mailto:", target)]


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Links to a file that is not there, or to a heading that it does not have."""
    for target in targets(text):
        path, _, anchor = target.partition("#")
        leads_to = (page.parent / path).resolve() if path else page
        if not leads_to.exists():
            yield f"no such file: {target}"
        elif anchor and anchor not in anchors(leads_to):
            yield f"no such heading: {target}"


def spellings(mention: str) -> Iterator[str]:
    """``a/{b,c}.py`` stands for two files."""
    parts = [part.split(",") for part in re.split(r"[{}]", mention)]
    yield from map("".join, product(*parts))


def missing_files(page: Path, text: str) -> Iterator[str]:
    """Files and folders in backticks that the checkout does not have; the front of a path may be left out."""
    name = r"[\w.*{},-]+"
    looks_like_one = re.compile(rf"(?:{name}/)*{name}\.(?:py|js|md|toml|html|css|sh|in|lock|cff|yaml)|(?:{name}/)+")
    for mention in spans(text):
        if not looks_like_one.fullmatch(mention) or mention in MADE_AT_RUN_TIME:
            continue
        for spelling in spellings(mention):
            if not is_there(spelling):
                yield f"no such file: {spelling}"


def is_there(spelling: str) -> bool:
    if "*" not in spelling:  # nine of ten: told without taking the path of each file apart
        return any(f"/{file}".endswith(f"/{spelling}") for file in tree())
    return any(PurePosixPath(file).match(spelling) for file in tree() if spelling[-1] != "/" or file[-1] == "/")


def missing_names(page: Path, text: str) -> Iterator[str]:
    """Names in the code, written with dots from the package or a layer on, that are not there."""
    layers = "|".join(sorted(path.name for path in (ROOT / "licence_qr").iterdir() if path.is_dir()))
    for mention in spans(text):
        found = re.match(rf"(?:licence_qr\.)?((?:{layers})(?:\.\w+)+)", mention)
        if found and not re.search(r"\.(?:py|js|toml)\b", mention) and not exists(f"licence_qr.{found[1]}"):
            yield f"no such name: {found[1]}"


def exists(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in it."""
    here: object = importlib.import_module("licence_qr")
    path = "licence_qr"
    for part in name.split(".")[1:]:
        path += f".{part}"
        if hasattr(here, part) or part in getattr(here, "__annotations__", {}):
            here = getattr(here, part, None)
        elif hasattr(here, "__path__") and importlib.util.find_spec(path):
            here = importlib.import_module(path)
        else:
            return False
    return True


def wrong_commands(page: Path, text: str) -> Iterator[str]:
    """Commands of the program, and options of theirs, that it does not have."""
    for line in code_lines(text):
        for called in re.findall(r"(?<!--label )(?<!-[ugo] )licence-qr ([^`|;)<]*)", line):
            if called.startswith(LABEL):
                continue
            yield from (f"licence-qr {called}: {fault}" for fault in wrong_words(called.split()))


def wrong_words(words: list[str]) -> Iterator[str]:
    command: click.Command = commands
    if words[:1] == ["--settings"]:  # stands before the command
        words = words[2:]
    while words and isinstance(command, click.Group) and re.fullmatch("[a-z][a-z-]*", words[0]):
        if words[0] not in command.commands:
            yield f"no command {words[0]}"
            return
        command = command.commands[words.pop(0)]
    with command.make_context("", [], resilient_parsing=True) as context:
        known = {option for parameter in command.get_params(context) for option in parameter.opts}
    yield from (f"no option {word}" for word in words if re.fullmatch("-{1,2}[a-z-]+", word) and word not in known)


def wrong_targets(page: Path, text: str) -> Iterator[str]:
    """What ``make`` is asked for and the Makefile does not know."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(re.findall(r"^([\w./-]+):(?!=)", makefile, re.MULTILINE))
    variables = set(re.findall(r"^(?:export )?(\w+) *\??:?=", makefile, re.MULTILINE))
    for line in code_lines(text):
        called = re.match(r"((?:\w+=\S* )*)make((?: +[\w./=-]+)*)", line)
        for word in "".join(called.groups()).split() if called else []:
            name, given, _ = word.partition("=")
            if name not in (variables if given else made):
                yield f"make does not know {name}"


def wrong_settings(page: Path, text: str) -> Iterator[str]:
    """Settings that the program does not read."""
    yield from (f"no setting {name}" for name in set(re.findall(r"LICENCE_QR_\w+", text)) - BY_NAME.keys())


def wrong_modules(page: Path, text: str) -> Iterator[str]:
    """What ``python -m`` is to run and cannot find."""
    for line in code_lines(text):
        for name in re.findall(r"python3? -m ([\w.]+)", line):
            if not importlib.util.find_spec(name):
                yield f"no module {name}"


FINDERS: tuple[Finder, ...] = (
    broken_links,
    missing_files,
    missing_names,
    wrong_commands,
    wrong_targets,
    wrong_settings,
    wrong_modules,
)


@pytest.mark.parametrize("finder", FINDERS, ids=lambda finder: finder.__name__)
def test_what_the_documents_name_is_there(finder):
    faults = {
        page.relative_to(ROOT).as_posix(): found
        for page in pages()
        if (found := list(finder(page, page.read_text(encoding="utf-8"))))
    }
    assert faults == {}


@pytest.mark.parametrize(
    ("finder", "text"),
    [
        (broken_links, "[gone](docs/gone.md)"),
        (broken_links, "[moved](docs/running/settings.md#gone)"),
        (broken_links, "[here](#gone)"),
        (broken_links, '<img src="docs/images/gone.png">'),
        (missing_files, "`services/gone.py`"),
        (missing_files, "`services/{issuing,gone}/issue.py`"),
        (missing_files, "`licence_qr/gone/`"),
        (missing_names, "`services.issuing.issue.Gone`"),
        (missing_names, "`licence_qr.domain.dates.gone(day)`"),
        (wrong_commands, "`licence-qr gone`"),
        (wrong_commands, "```\n.venv/bin/licence-qr keys gone\n```\n"),
        (wrong_commands, "`licence-qr init --gone`"),
        (wrong_commands, "`licence-qr --settings settings.toml gone`"),
        (wrong_targets, "`make gone`"),
        (wrong_targets, "```\nmake test GONE=1\n```\n"),
        (wrong_settings, "set LICENCE_QR_GONE"),
        (wrong_modules, "`python -m tools.gone`"),
    ],
)
def test_a_page_that_names_what_is_gone_is_found_out(finder, text):
    assert len(list(finder(ROOT / "README.md", text))) == 1


def test_every_page_is_found_from_the_index():
    """In one step where it is for a reader, in two where a page of the index lists the others of its kind."""

    def led_to(page: Path) -> set[Path]:
        found = targets(page.read_text(encoding="utf-8"))
        return {(page.parent / target.partition("#")[0]).resolve() for target in found}

    index = led_to(DOCS / "README.md")
    for_a_reader = {page for folder in READERS for page in (DOCS / folder).glob("*.md")}
    assert sorted(for_a_reader - index) == []
    second = set().union(*(led_to(page) for page in index if page.suffix == ".md"))
    assert sorted(set(DOCS.rglob("*.md")) - index - second - {DOCS / "README.md"}) == []


def test_no_page_is_too_long_to_read():
    # Nobody reads a changelog from end to end.
    read = [page for page in pages() if page.name != "CHANGELOG.md"]
    lengths = {page: len(page.read_text(encoding="utf-8").splitlines()) for page in read}
    assert [page for page, lines in lengths.items() if lines > MOST_LINES] == []
    assert [p for p, lines in lengths.items() if p.parent.name == "adr" and lines > MOST_LINES_OF_A_DECISION] == []


def test_the_sources_lead_to_pages_that_are_there():
    here = Path(__file__)
    wrong = {
        f"{name}: {mention}"
        for name in tree()
        if Path(name).suffix in SOURCES and "vendor" not in name and ROOT / name != here
        for mention in re.findall(r"(?<![\w/.])docs/[\w./-]*\w", (ROOT / name).read_text(encoding="utf-8"))
        if not (ROOT / mention).exists()
    }
    assert wrong == set()


def test_every_room_stands_in_the_table_of_capabilities():
    page = DOCS / "architecture.md"
    linked = {(page.parent / target).resolve() for target in targets(page.read_text(encoding="utf-8"))}
    layers = ("domain", "store", "services", "web", "web/desk")
    rooms = {
        room for layer in layers for room in (ROOT / "licence_qr" / layer).iterdir() if (room / "__init__.py").exists()
    }
    assert sorted(rooms - linked - {ROOT / "licence_qr" / "web" / "desk"}) == []


def test_the_scripts_of_tools_write_where_the_files_are():
    assert all((verify_icons.FOLDER / f"{size}.png").exists() for size in verify_icons.SIZES)
    assert (screenshots.IMAGES / "card.png").exists()
    assert verifying_table.MARK in verifying_table.DOCUMENT.read_text(encoding="utf-8")


def test_every_lesson_has_its_public_thread_and_a_test_that_is_there():
    page = DOCS / "lessons.md"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if re.match(r"\| (?!elsewhere)", line)]
    assert len(rows) > 30
    for row in rows:
        assert re.search(r"\(https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+\)", row), row
        [(name, file)] = re.findall(r"\[(test_\w+)\]\(([^)]+)\)", row)
        assert f"def {name}(" in (page.parent / file).read_text(encoding="utf-8"), row


def test_what_is_cited_is_this_version():
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", cited, re.MULTILINE) == [__version__]
