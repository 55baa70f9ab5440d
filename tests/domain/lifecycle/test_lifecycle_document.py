"""docs/trade/life-cycle.md against the tables it describes."""

from __future__ import annotations

from pathlib import Path

from licence_qr.domain.lifecycle.acts import RULES, Effect, Rule, SubjectKind
from licence_qr.domain.lifecycle.changes import CHANGES
from licence_qr.domain.register.entity import LicenceState

LINES = (Path(__file__).parents[3] / "docs" / "trade" / "life-cycle.md").read_text(encoding="utf-8").splitlines()
EFFECTS = {
    Effect.NEXT_VERSION: "new version",
    Effect.STATUS: "status entry",
    Effect.PAGE: "page only",
    Effect.NONE: "nothing",
}


def written(rule: Rule) -> tuple[str, set[str], str, str, str]:
    sources = {"any"} if rule.sources == {s.value for s in LicenceState} else set(rule.sources)
    who = "two people" if rule.four_eyes else ", ".join(sorted(rule.roles)) or "the calendar"
    target = rule.target.value if rule.target else "the same"
    return f"`{rule.act.value}` {rule.name.zh}", sources, target, EFFECTS[rule.effect], who


def described(heading: str) -> list[tuple[str, set[str], str, str, str]]:
    """The rows of the table under a heading."""
    start = LINES.index(f"## {heading}") + 1
    end = next(n for n, line in enumerate(LINES[start:], start) if line.startswith("## "))
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in LINES[start:end] if line.startswith("| `")
    ]
    return [(act, set(states.split(", ")), then, code, who) for act, states, then, code, who in rows]


def test_the_document_lists_every_act_as_the_table_has_it():
    for kind, heading in ((SubjectKind.LICENCE, "Acts on the licence"), (SubjectKind.PERMIT, "Acts on a permit")):
        assert described(heading) == [written(r) for r in RULES if r.kind is kind]


def test_the_document_says_of_every_field_how_it_changes():
    for each in CHANGES:
        assert any(line.startswith(f"| {each.kind.value} | `{each.field}` {each.label.zh} | ") for line in LINES)
