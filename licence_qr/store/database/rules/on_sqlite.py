"""The rules in the SQL of SQLite: the text of a table with its checks, the text of a trigger, and how broken rows are found.

SQLite cannot add a check to a table. What stands before ``_MARK`` in the text of a table is its columns and keys, as the
steps of the schema made them; what follows are the rules, which are written anew when they change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from licence_qr.store.database.rules.model import Columns, Reference, RefusedWrite, RowCheck, Table, WriteKind

# The types of the steps, of which a strict table takes all but BIGINT, and what SQLite says of their values.
TYPES = {
    "INTEGER": "'integer'",
    "BIGINT": "'integer'",
    "REAL": "'real', 'integer'",
    "TEXT": "'text'",
    "BLOB": "'blob'",
}
_MARK = "/* rules */"
_CREATED = re.compile(r'CREATE TABLE\s+"?(?P<name>\w+)"?\s*\((?P<body>.*)\)(\s*STRICT)?\s*', re.DOTALL)
_DIGITS = "[0-9]" * 6
# ``date`` and ``strftime`` give NULL for what is no day, and another day for one that does not exist or an hour 24. Years
# count from 1, as in Python. Times are compared as texts, so they are written in one way. What only looks like a word of
# these functions (``now``) is not given to them: a check must not ask what time it is.
_IN_SQLITE = {
    "is_day": r"(\1 IS NULL OR (length(\1) = 10 AND \1 > '0001' AND \1 IS date(\1)))",
    "is_instant": (
        rf"(\1 IS NULL OR ((substr(\1, 20) = '+00:00' OR substr(\1, 20) GLOB '.{_DIGITS}+00:00') AND \1 > '0001'"
        r" AND length(CAST(\1 AS BLOB)) IN (25, 32)"
        r" AND substr(\1, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(\1, 1, 19))))"
    ),
    "is_object": r"(\1 IS NULL OR \1 GLOB '{*}')",
}


def condition(shared: str) -> str:
    """A condition in the words of SQLite, releases before 3.39 too."""
    for name, text in _IN_SQLITE.items():
        shared = re.sub(rf"{name}\(([\w.]+)\)", text, shared)
    return shared.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")


def holding(rules: Table, columns: Collection[str]) -> Table:
    """Those of the rules whose columns the table has: a step of the schema may add the others later."""
    return Table(
        rules.name,
        tuple(each for each in rules.checks if set(each.columns) <= set(columns)),
        tuple(each for each in rules.references if set(each.columns) <= set(columns)),
        rules.refusals,
    )


def renamed(created: str, name: str) -> str:
    """The text of the same table under another name."""
    return f'CREATE TABLE "{name}" ({_parts(created).group("body")}) STRICT'


def with_rules(created: str, rules: Table) -> str:
    """The text of a table as it was created, with these rules instead of those it had."""
    found = _parts(created)
    body = re.sub(r"\bBIGINT\b", "INTEGER", found.group("body").partition(_MARK)[0]).strip().rstrip(",")
    written = [*(_check(rules.name, each) for each in rules.checks), *map(_reference, rules.references)]
    told = f", {_MARK} {', '.join(written)}" if written else ""
    return f'CREATE TABLE "{found.group("name")}" ({body}{told}) STRICT'


def parts(created: str) -> Iterator[str]:
    """Columns and keys of a table, as they stand in its text, without its rules; nothing of a table of another kind."""
    found = _CREATED.fullmatch(created)
    depth, part = 0, ""
    for each in found.group("body").partition(_MARK)[0] if found else "":
        depth += {"(": 1, ")": -1}.get(each, 0)
        if each == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += each
    if part.strip():
        yield part.strip()


def _parts(created: str) -> re.Match[str]:
    found = _CREATED.fullmatch(created)
    if found is None:
        raise AssertionError(f"not the text of a table: {created}")
    return found


def triggers(rules: Table, *, numbered: bool) -> Mapping[str, str]:
    """Names and texts of the triggers of a table, one for each kind of write, because each costs as much as a statement.
    It refuses with the name and the message of the first rule that the write breaks. ``numbered``: its key is the number
    that SQLite gives every row."""
    made, refusals = {}, rules.refusals
    if refusals and not numbered:
        refusals = (*refusals, *_of_hidden_numbers(rules.name))
    for kind in WriteKind:
        refused = [each for each in refusals if each.kind is kind]
        cases = " ".join(f"WHEN {condition(each.condition or '1')} THEN {_refusal(each)}" for each in refused)
        if cases:
            name = f"{rules.name}_refuse_{kind.lower()}"
            made[name] = f"CREATE TRIGGER {name} BEFORE {kind} ON {rules.name} BEGIN SELECT CASE {cases} END; END"
    return made


def _of_hidden_numbers(name: str) -> tuple[RefusedWrite, ...]:
    """A row whose key is another has a number too (``rowid``), by which a statement can write it over a row with another
    key. Where none is given, a new row shows -1."""
    taken = f"NEW.rowid >= 0 AND EXISTS (SELECT 1 FROM {name} WHERE rowid = NEW.rowid)"
    message = f"a row of {name} is not replaced"
    return (
        RefusedWrite(f"{name}_rowids_are_not_taken", WriteKind.INSERT, message, taken),
        RefusedWrite(f"{name}_rowids_stay", WriteKind.UPDATE, message, "NEW.rowid <> OLD.rowid"),
    )


def _refusal(refused: RefusedWrite) -> str:
    return f"RAISE(ABORT, '{refused.name}: {refused.message}')"


def broken_rows(rules: Table, columns: list[tuple[str, str]], keys: Columns, most: int) -> str:
    """A query of at most ``most`` rows that break a rule: its name, then the values of ``keys``. ``columns`` with types."""
    tests = [f"WHEN {test} THEN '{name}'" for name, test in _tests(rules, columns, keys)]
    return (
        f"SELECT * FROM (SELECT CASE {' '.join(tests)} END AS rule, {', '.join(keys)} FROM {rules.name})"
        f" WHERE rule IS NOT NULL LIMIT {most}"
    )


def _tests(rules: Table, columns: list[tuple[str, str]], keys: Columns) -> Iterator[tuple[str, str]]:
    """Names of rules, and what is true of a row that breaks them."""
    for column, kind in columns:
        yield f"{rules.name}_{column}_is_{kind.lower()}", f"typeof({column}) NOT IN ('null', {TYPES[kind]})"
    for key in keys:
        yield f"{rules.name}_{key}_is_given", f"{key} IS NULL"
    for check in rules.checks:
        yield f"{rules.name}_{check.name}", f"NOT ({condition(check.condition)})"


def _check(table: str, check: RowCheck) -> str:
    return f"CONSTRAINT {table}_{check.name} CHECK ({condition(check.condition)})"


def _reference(reference: Reference) -> str:
    later = " DEFERRABLE INITIALLY DEFERRED" if reference.deferred else ""
    return (
        f"FOREIGN KEY ({', '.join(reference.columns)})"
        f" REFERENCES {reference.table} ({', '.join(reference.keys)}){later}"
    )
