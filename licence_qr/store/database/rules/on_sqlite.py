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
_DAY, _INSTANT = re.compile(r"is_day\((\w+)\)"), re.compile(r"is_instant\((\w+)\)")
# ``date`` gives NULL for what is no day, and another day for one that does not exist. Times are compared as texts.
_IS_DAY = r"\1 IS date(\1)"
_IS_INSTANT = r"(\1 IS NULL OR (datetime(\1) IS NOT NULL AND substr(\1, 11, 1) = 'T' AND substr(\1, -6) = '+00:00'))"


def condition(shared: str) -> str:
    """A condition in the words of SQLite, releases before 3.39 too."""
    written = _INSTANT.sub(_IS_INSTANT, _DAY.sub(_IS_DAY, shared))
    return written.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")


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


def _parts(created: str) -> re.Match[str]:
    found = _CREATED.fullmatch(created)
    if found is None:
        raise AssertionError(f"not the text of a table: {created}")
    return found


def triggers(rules: Table) -> Mapping[str, str]:
    """Names and texts of the triggers of a table, one for each kind of write, because each costs as much as a statement.
    It refuses with the name and the message of the first rule that the write breaks."""
    made = {}
    for kind in WriteKind:
        refused = [each for each in rules.refusals if each.kind is kind]
        cases = " ".join(f"WHEN {condition(each.condition or '1')} THEN {_refusal(each)}" for each in refused)
        if cases:
            name = f"{rules.name}_refuse_{kind.lower()}"
            made[name] = f"CREATE TRIGGER {name} BEFORE {kind} ON {rules.name} BEGIN SELECT CASE {cases} END; END"
    return made


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
