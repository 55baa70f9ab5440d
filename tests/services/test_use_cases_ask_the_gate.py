"""Every use case that takes a person asks the gate: called here as somebody of another office, and as somebody without a
role. A new use case is called too, by the names of its parameters; one that does not ask is found."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from import_register import as_csv, export
from inspected_register import OTHER_VISIT, Scene, hotel, hotel_made_once, linen
from inspection_texts import VISIT, content_hash

from bench.exports import licence, permit
from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails, AbsenceFilter
from licence_qr.domain.accounts.people import PeopleFilter, SessionFilter
from licence_qr.domain.cases.case import CaseItem, ItemState
from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import ItemMode, RequirementAction, Text
from licence_qr.domain.dates import Period
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.inspection import Filter
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.parties.party import Party, PartyRole
from licence_qr.domain.proposals.proposal import ProposalFilter
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.people import People, ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.audit.trail import TrailFilter
from licence_qr.services.feedback.ratings import SentRating
from licence_qr.services.feedback.ratings_desk import RatingAct
from licence_qr.services.feedback.reports import SentReport
from licence_qr.services.feedback.reports_desk import DismissAlike, ReportAct
from licence_qr.services.inspecting.draws import DrawRequest
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.services.parties.parties import keep_parties
from licence_qr.services.proposals.decide import ProposalRequest, ProposalVerdict
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.cases import items
from licence_qr.store.feedback import ratings
from licence_qr.store.register import permits

__all__ = ["hotel", "hotel_made_once"]

CLIENT = "192.0.2.7"
# Every role that does not reach things of other offices.
ROLES_OF_ONE_OFFICE = frozenset(Role) - {Role.SUPERVISOR, Role.AUDITOR}
OUTSIDER = Actor(71, "outsider", "外窗口", "bafu", ROLES_OF_ONE_OFFICE)
WITHOUT_ROLE = Actor(72, "nobody", "无角色", "baishiyi", frozenset())
NEITHER = Actor(73, "stranger", "外人", "bafu", frozenset())
WHY = Grounds("现场查实擅自停用消毒设施", "《公共场所卫生管理条例》第十四条", "〔2026〕7号")

# What a person does to their own account and address of the calendar: no role and no office is asked for it.
OF_ONESELF = (
    {"own_password.change", "own_numbers.of", "own_numbers.agree", "sign_in.confirm_password", "sign_in.known_device"}
    | {
        f"sessions.{name}"
        for name in ("open", "of", "revoke", "end_others", "forget_devices", "forget_device", "devices", "opened_by")
    }
    | {"sessions.other_accounts", "role_grants.own_waiting"}
    | {"sign_in.after_password"}
    | {f"factor_sign_in.{name}" for name in ("challenge", "prove", "go_on")}
    | {f"second_factors.{name}" for name in ("of", "begin_app", "begun_app", "confirm_app", "renew_codes", "remove")}
    | {f"second_factors.{name}" for name in ("begin_passkey", "add_passkey")}
    | {f"confirming.{name}" for name in ("confirm", "confirm_own", "demanded_of", "factors_of", "challenge")}
    | {f"calendar_feeds.{name}" for name in ("revoke", "made_at")}
    | {"absences.own"}
)
# Without a thing of any one office: a list or a figure of one's own office, or something new for it; and people, whom
# administrators manage for every office.
OF_NO_OFFICE = (
    {"calendar_feeds.renew", "officers.waiting", "officers.count"}
    | {f"applications.{name}" for name in ("start", "drafts", "known_business", "names", "named", "tally")}
    | {"proposal_reading.list", "follow_ups.open", "inspections_desk.list", "inspections_desk.orders"}
    | {"draws.officers", "draws.announce", "draws.of_office", "pack.for_actor", "reports_desk.list", "waiting.list"}
    | {"second_officers.waiting", "named_checks.open_one", "ratings_desk.statistics", "ratings_desk.list"}
    | {f"people.{name}" for name, method in vars(People).items() if inspect.isfunction(method) and name[0] != "_"}
    | {"applications.begun_for", "draws.absent"}
    | {f"absences.{name}" for name in ("list", "export", "get", "plan", "enter", "change", "end")}
    | {f"reset_requests.{name}" for name in ("ask", "list", "export", "get", "confirm", "decline")}
    | {"identity_bindings.unbind", "identity_bindings.shut_out"}
    | {f"role_grants.{name}" for name in ("list", "export", "get", "confirm", "decline", "waiting")}
    | {f"staff_sessions.{name}" for name in ("list", "export", "end", "end_all")}
    | {f"trail.{name}" for name in ("page", "day", "readers", "export")}
    | {f"work_list.{name}" for name in ("counts", "show", "everything", "export", "offices")}
    | {f"assignments.{name}" for name in ("show", "take", "hand_over")}
)
# Public facts, for every office to read and print.
OF_ALL_OFFICES = {
    "counter_items.of_business",
    "parties.of_business",
    "register.search",
    "register.business",
    "register.look_alikes",
    "timeline.read",
} | {f"prints.{name}" for name in ("code", "code_file", "card", "card_page", "card_pdf")}
# Refused because of the person, which comes before the office: only its officer sends a visit, and is told of it.
OF_ONE_OFFICER = {
    "inspections.receive": "inspection_other_officer",
    "inspections.receipt": "inspection_not_found",
    "inspections.receive_photo": "inspection_not_found",
    "second_officers.beside": "inspection_not_found",
}
# Where neither role nor office fits, the office is named: the thing was looked up, or given, before anything was asked.
# Everywhere else the role is asked for before the thing is looked up.
OFFICE_FIRST = {
    f"applications.{name}"
    for name in (
        *("get", "get_or_start", "save", "keep", "choose", "take_over", "discard"),
        *("check", "known", "look_alikes", "issue", "result", "signed_result"),
    )
} | {
    *(f"signatures.{name}" for name in ("state", "sign_here", "open_link", "take_back", "picture")),
    "issuance.issue",
    "issuance.issue_within",
    "ratings.invitation",
    "life.perform_within",
}
# What writes although no person is named. Citizens, the program itself, and who sits at the machine.
WITHOUT_A_PERSON = (
    {f"accounts.{name}" for name in ("create", "set_password", "disable", "set_service_only")}
    | {"factor_reset.reset", "identity_bindings.unbind_by"}
    | {"sign_in.sign_in", "sessions.actor", "sessions.holder", "sessions.sign_out"}
    | {"staff_sessions.end_all_of"}
    | {f"staff.{name}" for name in ("add", "change", "merge", "set_roles", "reopen")}
    | {"reports.send", "ratings.rate", "signatures.sign_by_link"}
    | {
        "reports.sweep",
        "ratings.sweep",
        "applications.sweep",
        "life_sweep.run",
        "reminders.run",
        "status_publishing.publish",
    }
    | {"trace_keeping.sweep", "trace_keeping.note_sweep", "preparations.note", "preparations.confirm_clock"}
    | {"importing.import_departments", "demonstration_register.fill", "demonstration_since.perform"}
)


def methods() -> Iterator[tuple[str, type, Callable[..., Any]]]:
    """Every public method of every service, as ``field.method``."""
    made = inspect.getmembers(Services, lambda each: isinstance(each, property))
    kinds = {name: typing.get_type_hints(each.fget)["return"] for name, each in made}
    for field, kind in (typing.get_type_hints(Services) | kinds).items():
        if kind.__module__.startswith("licence_qr.services."):
            for name, method in vars(kind).items():
                if inspect.isfunction(method) and not name.startswith("_"):
                    yield f"{field}.{name}", kind, method


def takes_person(method: Callable[..., Any]) -> bool:
    """Who acts is a parameter; ``by`` is only whom the history names, and who has been let in before."""
    named = {name: kind for name, kind in method.__annotations__.items() if name != "by"}
    return bool({"Actor", "ActRequest", "Holder"} & set(named.values()))


def writes(kind: type, name: str, above: tuple[str, ...] = ()) -> bool:
    """Whether a method begins a write transaction, itself or through other methods of its class."""
    method = vars(kind).get(name)
    if name in above or not inspect.isfunction(method):
        return False
    source = inspect.getsource(method)
    deeper = (writes(kind, each, (*above, name)) for each in re.findall(r"self\.(\w+)\(", source))
    begins = re.search(r"database\.write\(|(write_each(_apart)?|purge_all)\(self\.database", source)
    return begins is not None or any(deeper)


USE_CASES = {name: method for name, _, method in methods() if takes_person(method)}
GATED = USE_CASES.keys() - OF_ONESELF


# Acts that take a second proof of who does them.
PROVED = tuple(
    f"{act}.given"
    for act in ("identity_bindings.unbind", "reset_requests.ask", "reset_requests.confirm", "role_grants.confirm")
)


@pytest.fixture
def things(hotel: Scene, make_application: Any) -> dict[str, Any]:
    """One of everything, of the office at Baishiyi (the imported row: of Jinfeng), by the names of parameters.

    ``service.method.parameter`` stands for a parameter that means something else there.
    """
    services, at, clerk, uscc = hotel.services, hotel.at, hotel.actors["desk"], hotel.uscc
    held = hotel.send(hotel.visit(second_officer=None)).stored.key
    ordered = hotel.send(hotel.visit(id=OTHER_VISIT, **linen(hotel)), visit=OTHER_VISIT)
    draft = services.applications.start(clerk, at)
    draft = services.applications.save(clerk, draft.draft_id, Typing({"name": "甲"}, 0), at)
    announced, settled = (
        services.draws.announce(clerk, DrawRequest(title, 1, date(2026, 12, 31)), at) for title in "甲乙"
    )
    services.draws.settle(clerk, settled, "", at)
    subject = Subject(uscc, hotel.permit_id)
    proposed = services.proposals.propose(
        hotel.actors["inspector"], ProposalRequest(subject, Act.SUSPEND, WHY, None, suspension=Suspension.CLOSED), at
    )
    services.reports.send(SentReport("form-1", "hygiene", "床单没有换", "", None, number=hotel.code_number), CLIENT, at)
    with services.database.read() as tx:
        application_no = ratings.latest_case(tx, uscc)
        granted = permits.get(tx, hotel.permit_id)
        assert granted is not None
    with services.database.write() as tx:
        item = CaseItem(
            application_no=application_no,
            uscc=uscc,
            premises_no=1,
            permit_type="fire_check",
            authority="cq_gxq_fire",
            office="baishiyi",
            action=RequirementAction.SENT_ON,
            mode=ItemMode.APPROVAL,
            reason=Text("", ""),
            state=ItemState.SENT,
            state_since=date(2026, 11, 23),
        )
        item_id = items.add(tx, item).item_id
        applicant = Party(PartyRole.APPLICANT, "示例", "110101199003070011")
        keep_parties(tx, services.parties.identities, application_no, uscc, (applicant,))
    code = services.ratings.invitation(clerk, application_no).code.number
    services.ratings.rate(code, SentRating("form-1", "1", (), "", ""), CLIENT, at)
    market, health = as_csv([licence()], MARKET_COLUMNS), as_csv([permit(name="另一家酒店")], HEALTH_COLUMNS)
    services.importing.import_departments(export("market", market), export("health", health), AT_THE_MACHINE, at)
    [question] = services.waiting.list(Actor(9, "supervisor", "负责人", "", frozenset({Role.SUPERVISOR})))
    away = AbsenceDetails(date(2026, 11, 25), date(2026, 11, 26))
    inspector = services.accounts.user("inspector")
    assert inspector is not None
    absence_id = services.absences.book.enter(inspector.person_id, away, AT_THE_MACHINE, at)
    named = FollowUpReport(date(2026, 11, 23), FollowUpOutcome.MET, ("inspector-2",), "符合")
    services.named_checks.hand_in(hotel.actors["inspector"], hotel.permit_id, named, at)
    return {
        "now": at,
        "uscc": uscc,
        "query": uscc,
        "pause_id": 1,
        "pause": Pause(PauseKind.HEARING, date(2026, 11, 23), None, "听证"),
        "approved_by": "局长",
        "procedures.record_visit.typed": TypedVisit(
            date(2026, 11, 23), "核查员甲、核查员乙", GrantVisitOutcome.PASSED, ""
        ),
        "size": "A5",
        "form": "csv",
        "draft_id": draft.draft_id,
        "draft": draft,
        "drafts": (draft,),
        "permit_types": (),
        "typing": Typing({"name": "改名"}, 1),
        "field": "name",
        "application": make_application(2),
        "idempotency_key": "key-2",
        "application_no": application_no,
        "item_id": item_id,
        "party_id": 1,
        "permit_type": "fire_check",
        "words": "缺图纸",
        "certificate": Certificate("演示第1号", "", date(2026, 11, 1), Period(date(2026, 11, 1), None)),
        "request": ActRequest(subject, Act.CHECK, WHY, OUTSIDER),
        "proposal_id": proposed,
        "reason": "核对原件",
        "decision": "set_aside",
        "verdict": ProposalVerdict(approve=True, reason="", proof=Proof("x"), client=CLIENT, seen=0),
        "subject": subject.text,
        "act": Act.SUSPEND.value,
        "number": proposed,
        "permit_id": hotel.permit_id,
        "report": FollowUpReport(date(2026, 11, 23), FollowUpOutcome.MET, ("inspector-2",), "符合"),
        "inspection_id": VISIT,
        "body": hotel.visit(second_officer=None),
        "device_time": at,
        "digest": content_hash(hotel.visit(second_officer=None)),
        "sha256": "0" * 64,
        "promises.for_staff.name": granted.permit.promise,
        "promises.signature.name": granted.permit.promise,
        "strokes": "[[10,10,300,90]]",
        "data": b"",
        "wanted": ProposalFilter(),
        "page": 1,
        "key": held,
        "named_id": 1,
        "position": 0,
        "second_officers.answer_beside.username": "inspector-2",
        "given": AnswerRequest("0" * 64, OfficersAnswer.CONFIRMED),
        "people.list.wanted": PeopleFilter(),
        "people.export.wanted": PeopleFilter(),
        "person_id": hotel.actors["inspector"].person_id,
        "other_id": clerk.person_id,
        "details": PersonDetails("", "示例", "baishiyi"),
        "was": "",
        "only": True,
        "absence_id": absence_id,
        "absences.enter.details": AbsenceDetails(date(2026, 12, 1), date(2026, 12, 2)),
        "absences.change.details": AbsenceDetails(date(2026, 11, 25), date(2026, 11, 27)),
        "absences.list.wanted": AbsenceFilter(),
        "absences.export.wanted": AbsenceFilter(),
        "user_id": hotel.actors["inspector"].user_id,
        "username": "another",
        "roles": frozenset({Role.CLERK}),
        "proof": ProofFrom(Proof("x"), CLIENT),
        "order_id": ordered.order,
        "draw_id": announced,
        "seed": "",
        "question_id": question.id,
        "work_filter": WorkFilter(),
        "kind": TaskKind.REVIEW_DUE,
        "to": "",
        "applications.named.text": "示例",
        "account": "desk",
        "day": date(2026, 11, 23),
        "trail.page.wanted": TrailFilter(),
        "only_open": True,
        "session_id": "",
        "staff_sessions.list.wanted": SessionFilter(),
        "staff_sessions.export.wanted": SessionFilter(),
        "trail.export.wanted": TrailFilter(),
        "prints.code.form": "png",
        "prints.code_file.form": "png",
        "proposals.propose.wanted": ProposalRequest(subject, Act.REVOKE, WHY, None),
        "proposals.check_proposing.wanted": ProposalRequest(subject, Act.REVOKE, WHY, None),
        "inspections_desk.list.wanted": Filter(),
        "draws.announce.wanted": DrawRequest("丙", 1, date(2026, 12, 31)),
        "reports_desk.act.act": ReportAct("contacted", "已联系", 1),
        "reports_desk.dismiss_alike.act": DismissAlike(frozenset({1}), frozenset(), "重复"),
        "ratings_desk.act.act": RatingAct("mended", "已整改", 1),
        **dict.fromkeys(PROVED, ProofFrom(Proof("x"), CLIENT)),
        **dict.fromkeys((f"assignments.{act}.subject" for act in ("show", "take", "hand_over")), "permit/1"),
        **dict.fromkeys(("report_id", "rating_id", "telling_id", "reset_id", "grant_id", "drawn_id"), 1),
        "waiting.decide.decision": question.choices[0].decision.value,
    }


def refusal(services: Services, things: dict[str, Any], name: str, actor: Actor) -> str:
    """The code with which a use case refuses ``actor``; empty where it lets them pass."""
    whole = things | {"actor": actor, "request": replace(things["request"], actor=actor)}
    field, method = name.split(".")
    use_case = getattr(getattr(services, field), method)
    asked = [each.name for each in inspect.signature(use_case).parameters.values() if each.default is each.empty]
    plain = f"{field}.{method.removesuffix('_within')}"
    given = {each: whole.get(f"{plain}.{each}", whole.get(each, ...)) for each in asked if each != "tx"}
    assert ... not in given.values(), f"say above what {name} is called with"
    try:
        with services.database.write() if "tx" in asked else nullcontext() as tx:
            use_case(**given | ({"tx": tx} if "tx" in asked else {}))
    except LicenceQRError as refused:
        return refused.code
    return ""


def test_nobody_without_a_role_gets_past_the_gate(hotel, things, all_rows):
    before = all_rows(hotel.services.database)
    codes = {name: refusal(hotel.services, things, name, WITHOUT_ROLE) for name in GATED}
    assert {name: code for name, code in codes.items() if code != "role_not_allowed"} == {}
    assert all_rows(hotel.services.database) == before


def test_nobody_of_another_office_gets_past_the_gate(hotel, things, all_rows):
    before = all_rows(hotel.services.database)
    closed = GATED - OF_NO_OFFICE - OF_ALL_OFFICES
    codes = {name: refusal(hotel.services, things, name, OUTSIDER) for name in closed}
    assert {name: code for name, code in codes.items() if code != OF_ONE_OFFICER.get(name, "other_office")} == {}
    assert all_rows(hotel.services.database) == before


def test_of_role_and_office_the_same_comes_first_as_ever(hotel, things, all_rows):
    before = all_rows(hotel.services.database)
    codes = {name: refusal(hotel.services, things, name, NEITHER) for name in GATED}
    assert {name for name, code in codes.items() if code == "other_office"} == OFFICE_FIRST
    assert {codes[name] for name in codes.keys() - OFFICE_FIRST} == {"role_not_allowed"}
    assert all_rows(hotel.services.database) == before


def test_the_exceptions_are_use_cases():
    named = OF_NO_OFFICE | OF_ALL_OFFICES | OF_ONE_OFFICER.keys() | OFFICE_FIRST
    assert named | OF_ONESELF <= USE_CASES.keys()
    assert len(USE_CASES) > 60


def test_what_writes_without_a_person_is_known():
    found = {name for name, kind, method in methods() if writes(kind, method.__name__) and not takes_person(method)}
    assert found == WITHOUT_A_PERSON
