"""What was written about a report or a rating is deleted some time after its end: by rule, on its day, and for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from reported_problems import CLERK, CLIENT, NOW, act, everything, number, picture, sent

from licence_qr.bootstrap import Services
from licence_qr.cli.main import main
from licence_qr.domain.feedback.ratings import RatingStep
from licence_qr.domain.feedback.reports import ReportStep
from licence_qr.domain.feedback.retention import Deleted
from licence_qr.errors import ConflictError, RegisterError
from licence_qr.services.feedback import purging
from licence_qr.services.feedback.ratings import SentRating
from licence_qr.services.feedback.ratings_desk import RatingAct
from licence_qr.services.feedback.reports_desk import ReportAct, ReportFile
from licence_qr.store.feedback import letting_go

__all__ = ["number"]

REPORTED, INTERNAL, ANSWER, PLACE = "床单没有换", "内部情况", "已责令更换", "白市驿老街口示例旅馆"
KEPT = timedelta(days=183)
GONE = KEPT + timedelta(days=1)


@pytest.fixture
def closed(services: Services, number: str) -> str:
    """The receipt number of a report that was answered and is closed today."""
    made = services.reports.send(sent(number, photo=picture()), CLIENT, NOW)
    act(services, ReportStep.CONTACTED)
    act(services, ReportStep.ANSWERED, ANSWER)
    act(services, ReportStep.CALLED_BACK)
    return made.number


def file_on(services: Services, after: timedelta) -> ReportFile:
    """The report as the office sees it so long after the end."""
    return services.reports_desk.get(CLERK, 1, NOW + after)


def texts(file: ReportFile) -> list[str]:
    """The words of its steps."""
    return [shown.event.text for shown in file.steps]


def test_the_words_are_read_until_their_last_day_and_not_on_the_next(services: Services, closed: str) -> None:
    on_the_last = file_on(services, KEPT)
    assert (on_the_last.report.text, on_the_last.words_gone) == (REPORTED, False)
    assert texts(on_the_last) == ["", INTERNAL, ANSWER, INTERNAL]
    after = file_on(services, GONE)
    assert (after.report.text, after.words_gone, texts(after)) == ("", True, ["", "", ANSWER, ""])
    assert REPORTED in everything(services.database), "hidden on its day, whenever it is deleted"


def test_the_sweep_deletes_them_from_the_file_and_counts_them_once(services: Services, closed: str) -> None:
    assert services.reports.sweep(NOW + KEPT) == Deleted(contacts=1, words=0)
    assert services.reports.sweep(NOW + GONE) == Deleted(contacts=0, words=1)
    assert services.reports.sweep(NOW + GONE) == Deleted()
    services.database.close()
    kept = services.settings.register_path.read_bytes()
    assert not [word for word in (REPORTED, INTERNAL) if word.encode() in kept]


def test_the_mark_of_the_network_goes_with_them(services: Services, closed: str) -> None:
    mark = file_on(services, timedelta()).report.network_mark
    services.reports.sweep(NOW + KEPT)
    assert mark and mark in everything(services.database)
    services.reports.sweep(NOW + GONE)
    assert mark not in everything(services.database)


def test_a_sweep_deletes_a_few_cases_at_once_and_goes_on_until_none_is_left(
    services: Services, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in range(5):
        services.reports.send(sent(number, f"form-{each}"), f"10.0.0.{each}", NOW)
    with services.database.write() as tx:
        tx.run("UPDATE reports SET closed_on = ?", (NOW.date().isoformat(),))
    for module in (purging, letting_go):
        monkeypatch.setattr(module, "PURGED_AT_ONCE", 2)
    with services.database.write() as tx:
        assert services.reports.purge_expired(tx, NOW + GONE) == Deleted(contacts=2, words=2)
    assert services.reports.sweep(NOW + GONE) == Deleted(contacts=3, words=3)
    assert REPORTED not in everything(services.database)


def test_kind_dates_steps_and_answer_stay(services: Services, closed: str) -> None:
    before = file_on(services, KEPT)
    services.reports.sweep(NOW + GONE)
    after = file_on(services, GONE)
    assert after.report.words_deleted_on == (NOW + GONE).date()
    same = [(f.kind, f.report.received_at, f.report.closed_on, f.report.state, f.clocks) for f in (before, after)]
    assert same[0] == same[1]
    assert [(s.event.step, s.event.at, s.who) for s in before.steps] == [
        (s.event.step, s.event.at, s.who) for s in after.steps
    ]
    shown = services.reports.receipt(closed, CLIENT, NOW + GONE)
    assert [answer.text for answer in shown.answers] == [ANSWER]


def test_any_write_deletes_what_is_due(services: Services, number: str, closed: str) -> None:
    services.reports.send(sent(number, "form-2", text="另一件事"), CLIENT, NOW + GONE)
    assert REPORTED not in everything(services.database)
    assert "另一件事" in everything(services.database)


def test_the_place_in_the_words_of_the_reporter_goes_too(services: Services) -> None:
    services.reports.send(sent(place=PLACE, office="baishiyi"), CLIENT, NOW)
    act(services, ReportStep.DISMISSED)
    [line] = services.reports_desk.list(CLERK, NOW + KEPT, closed=True)
    assert line.holder_name == PLACE
    [line] = services.reports_desk.list(CLERK, NOW + GONE, closed=True)
    assert (line.holder_name, line.report.place) == ("", "")
    services.reports.sweep(NOW + GONE)
    assert PLACE not in everything(services.database)


def test_an_open_report_keeps_its_words(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    years = timedelta(days=1000)
    assert services.reports.sweep(NOW + years) == Deleted()
    assert services.reports_desk.get(CLERK, 1, NOW + years).report.text == REPORTED


def test_nothing_is_noted_any_more_that_would_never_be_deleted(services: Services, closed: str) -> None:
    file = file_on(services, GONE)
    assert file.allowed == ()
    with pytest.raises(ConflictError, match="step_not_allowed"):
        services.reports_desk.act(CLERK, 1, ReportAct("noted", "迟到的话", file.report.revision), NOW + GONE)


def test_a_shorter_rule_holds_at_once_for_what_is_still_kept(services: Services, closed: str) -> None:
    ten_days = [
        replace(rule, value=10) if rule.id == "citizen_words_kept_days" else rule
        for rule in services.catalogue.life_rules
    ]
    shorter = replace(services.reports, catalogue=replace(services.catalogue, life_rules=tuple(ten_days)))
    assert shorter.sweep(NOW + timedelta(days=10)).words == 0
    assert shorter.sweep(NOW + timedelta(days=11)).words == 1


@pytest.mark.parametrize(
    "change",
    [
        "text = 'x'",
        "text = '', actor = 'x'",
        "text = '', at = 'x'",
        "text = '', step = 'noted'",
        "text = '', details = '{}'||' '",
    ],
)
def test_of_a_step_only_the_words_can_go(services: Services, closed: str, change: str) -> None:
    with pytest.raises(RegisterError, match="append-only"), services.database.write() as tx:
        tx.run(f"UPDATE report_events SET {change} WHERE step = 'called_back'")  # noqa: S608 – our own words


def test_an_answer_never_goes(services: Services, closed: str) -> None:
    with pytest.raises(RegisterError, match="append-only"), services.database.write() as tx:
        tx.run("UPDATE report_events SET text = '' WHERE step = 'answered'")


def test_the_steps_of_an_open_report_keep_their_words(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.CONTACTED)
    with pytest.raises(RegisterError, match="append-only"), services.database.write() as tx:
        tx.run("UPDATE report_events SET text = ''")


@pytest.fixture
def rate(services: Services, make_application: Callable[..., Any]) -> Callable[[int], None]:
    """Rates a case of its own with some words, at that level."""

    def rated(level: int) -> None:
        pair = services.issuance.issue(make_application(), CLERK, "case-1", NOW)
        code = services.ratings.invitation(CLERK, pair.application_no).code.number
        services.ratings.rate(code, SentRating("form-1", str(level), ("slow",), "等了一上午", ""), CLIENT, NOW)

    return rated


def mend(services: Services) -> None:
    """Mend the bad rating, and call back."""
    for step, text in ((RatingStep.MENDED, "增开一个窗口"), (RatingStep.CALLED_BACK, "评价人的话")):
        revision = services.ratings_desk.get(CLERK, 1, NOW).rating.revision
        services.ratings_desk.act(CLERK, 1, RatingAct(step.value, text, revision), NOW)


def test_the_words_of_a_bad_rating_go_and_what_was_mended_stays(
    services: Services, rate: Callable[[int], None]
) -> None:
    rate(2)
    assert services.ratings.sweep(NOW + timedelta(days=1000)) == Deleted()
    mend(services)
    assert services.ratings_desk.get(CLERK, 1, NOW + KEPT).rating.text == "等了一上午"
    hidden = services.ratings_desk.get(CLERK, 1, NOW + GONE)
    assert (hidden.rating.text, hidden.words_gone, hidden.allowed) == ("", True, ())
    assert services.ratings.sweep(NOW + KEPT).words == 0
    assert services.ratings.sweep(NOW + GONE) == Deleted(contacts=0, words=1)
    file = services.ratings_desk.get(CLERK, 1, NOW + GONE)
    assert [shown.event.text for shown in file.steps] == ["", "增开一个窗口", ""]
    assert (file.rating.level, file.rating.reasons) == (2, ("slow",))
    services.database.close()
    kept = services.settings.register_path.read_bytes()
    assert not [word for word in ("等了一上午", "评价人的话") if word.encode() in kept]


def test_a_bad_rating_whose_words_are_gone_takes_no_note(services: Services, rate: Callable[[int], None]) -> None:
    rate(1)
    mend(services)
    with pytest.raises(ConflictError, match="step_not_allowed"):
        services.ratings_desk.act(CLERK, 1, RatingAct("noted", "迟到的话", 3), NOW + GONE)


def test_the_words_of_a_good_rating_go_too(services: Services, rate: Callable[[int], None]) -> None:
    rate(5)
    assert services.ratings.sweep(NOW + GONE).words == 1
    assert "等了一上午" not in everything(services.database)


def test_the_daily_sweep_of_the_command_line_deletes_and_counts(
    services: Services, closed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with services.database.write() as tx:
        tx.run("UPDATE reports SET closed_on = '2020-01-01'")
    monkeypatch.setenv("LICENCE_QR_HOME", str(services.settings.home))
    monkeypatch.setenv("LICENCE_QR_KEYS", str(services.settings.keys))
    for options in (["--json"], []):
        monkeypatch.setattr("sys.argv", ["licence-qr", "life", "sweep", *options])
        with pytest.raises(SystemExit):
            main()
    said = capsys.readouterr().out
    counted, end = json.JSONDecoder().raw_decode(said)
    assert (counted["contacts_deleted"], counted["words_deleted"]) == (1, 1)
    assert "text deleted: 0" in said[end:]
