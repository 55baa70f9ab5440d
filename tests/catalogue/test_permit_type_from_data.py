"""A permit type, an authority and an office that exist only as data: issued, acted upon, read by the public, imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from desk_pages import PASSWORD, Browser, signed_in
from further_catalogue import AUTHORITY_NAME, GRADED, OFFICE, PERMIT_TYPE, further_catalogue
from import_register import NOW, Imported, as_csv, export, imported
from inspection_texts import VISIT, answers, document, written
from quick_passwords import QUICK

from bench.exports import licence, permit
from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.importing.conflicts import RowOutcome
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.inspecting.inspection import Filter
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject, SubjectKind, rule
from licence_qr.domain.lifecycle.details import ActRequest, Grading
from licence_qr.domain.register.permit import Permit, PermitState
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import InputError, RuleError
from licence_qr.preparation import prepare
from licence_qr.services.inspecting.kit import kit
from licence_qr.services.inspecting.receive import unanswered
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.store.inspecting import inspections
from licence_qr.store.register import permits
from licence_qr.store.register.permits import StoredPermit
from licence_qr.web.app import create_app
from licence_qr.wording import LANGUAGES, explain

WHY = Grounds("查实", "", "示例〔2026〕1号")


@pytest.fixture
def further(tmp_path: Path) -> Catalogue:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    return further_catalogue(folder)


@pytest.fixture
def office(tmp_path: Path, further: Catalogue) -> Iterator[Services]:
    settings = load_settings({"LICENCE_QR_HOME": str(tmp_path / "var"), "LICENCE_QR_KEYS": str(tmp_path / "keys")})
    prepare(settings, NOW, demonstration=True)
    services = build(settings, hasher=QUICK, catalogue=further)
    services.accounts.create("clerk", "窗口（示例）", OFFICE, frozenset({Role.CLERK}), PASSWORD, NOW)
    for name in ("inspector", "inspector-2"):
        services.accounts.create(name, "监督（示例）", OFFICE, frozenset({Role.INSPECTOR}), PASSWORD, NOW)
    yield services
    services.database.close()


def actor(services: Services, name: str = "clerk") -> Actor:
    user = services.accounts.user(name)
    assert user is not None
    return user


def issue(services: Services, trade: str, *, uscc: str = "", key: str = "once") -> IssuedPair:
    """A licence with the permit of ``trade``, on commitment, as from the form at the desk."""
    permit_type = {"snack_bar": PERMIT_TYPE, "works_canteen": GRADED}[trade]
    notice = services.catalogue.notice(permit_type, local_date(NOW))
    assert notice is not None
    fields = {
        "trade": trade,
        "kinds": "restaurant",
        "mode": "commitment",
        "uscc": uscc,
        "entity_form": "company",
        "name": "重庆示例小吃有限公司",
        "entity_type": "有限责任公司",
        "principal": "张示例",
        "established_on": "2026-01-05",
        "domicile": "重庆市九龙坡区含谷镇示例路1号",
        "business_scope": "餐饮服务",
        "premises_address": "重庆市九龙坡区含谷镇示例路1号",
        "premises_region": "500107109",
        "permitted_items": "热食类食品制售",
        "notice_id": notice.id,
        "notice_version": notice.version,
        "notice_sha256": notice.sha256,
        "signer": "张示例",
        "signed_on": "2026-11-23",
    }
    application = parse_application(fields, services.catalogue, OFFICE, local_date(NOW), demonstration=True)
    return services.issuance.issue(application, actor(services), f"test/{key}", NOW)


def held(services: Services, uscc: str) -> StoredPermit:
    with services.database.read() as tx:
        (stored,) = permits.of_business(tx, uscc)
    return stored


def do(services: Services, uscc: str, act: Act, *, grade: str = "") -> None:
    subject = Subject(uscc, held(services, uscc).permit_id)
    request = ActRequest(subject, act, WHY, actor(services), Grading(grade) if grade else None)
    services.life.perform(request.actor, request, NOW)


def browser(services: Services) -> Browser:
    return signed_in(create_app(services, lambda: NOW), services, "clerk")


def offered(page: str) -> set[str]:
    return set(re.findall(r'/permit/\d+/(\w+)"', page))


def test_it_is_issued_acted_upon_and_shown_to_the_public(office: Services):
    pair = issue(office, "snack_bar")
    stored = held(office, pair.uscc)
    assert stored.permit.permit_no == "渝食证〔2026〕00001号" and stored.permit.kinds == ()
    with pytest.raises(RuleError, match="permit_already_in_force"):
        issue(office, "snack_bar", uscc=pair.uscc, key="twice")
    do(office, pair.uscc, Act.APPLY_RENEWAL)
    do(office, pair.uscc, Act.RENEW)
    period = held(office, pair.uscc).permit.period
    assert period is not None and str(period.last) == "2036-11-22"
    clerk = browser(office)
    business = clerk.see(f"/desk/businesses/{pair.uscc}")
    public = re.search(r'href="(/p/[^"]+)"', business)
    assert public
    page = clerk.see(f"{public[1]}?lang=zh")
    assert "食品经营许可证（示例）" in page and AUTHORITY_NAME in page and "含谷镇政务服务中心" in page
    assert "渝食证〔2026〕00001号" in page and "未评级" not in page and "热食类食品制售" in page


def test_what_its_type_does_not_name_is_nowhere_offered_and_refused_in_words(office: Services):
    pair, clerk = issue(office, "snack_bar"), browser(office)
    address = f"/desk/businesses/{pair.uscc}"
    acts = offered(clerk.see(address))
    assert acts >= {"change", "suspend", "cancel"} and acts.isdisjoint({"grade", "review"})
    subject = Subject(pair.uscc, held(office, pair.uscc).permit_id)
    assert {rule.act for rule in office.life.open_acts(pair.uscc, NOW)[subject]}.isdisjoint({Act.GRADE, Act.REVIEW})
    for act in (Act.GRADE, Act.REVIEW):
        with pytest.raises(RuleError, match="act_not_of_permit_type") as refused:
            do(office, pair.uscc, act, grade="★" if act is Act.GRADE else "")
        assert all("食品" in explain(refused.value, each).what or each == "en" for each in LANGUAGES)
        page = clerk.see(f"{address}/{subject.text}/{act.value}?lang=zh", 409)
        assert "食品经营许可证（示例）" in page and rule(SubjectKind.PERMIT, act).name.zh in page
    assert held(office, pair.uscc).permit.grade == ""
    assert office.work_list.counts(actor(office), NOW + timedelta(days=700)).of(TaskKind.REVIEW_DUE) == 0


def test_what_its_type_names_is_offered_with_the_basis_that_the_catalogue_says(office: Services):
    pair, clerk = issue(office, "works_canteen"), browser(office)
    address = f"/desk/businesses/{pair.uscc}"
    acts = offered(clerk.see(address))
    assert acts >= {"grade", "review"}
    subject = Subject(pair.uscc, held(office, pair.uscc).permit_id)
    assert "《集体用餐管理办法（示例）》第九条" in clerk.see(f"{address}/{subject.text}/grade?lang=zh")
    do(office, pair.uscc, Act.GRADE, grade="★★")
    assert held(office, pair.uscc).permit.grade == "★★"
    basis = [row["legal_basis"] for row in office.life.timeline(pair.uscc) if row["event"] == "permit_graded"]
    assert basis == ["《集体用餐管理办法（示例）》第九条"]
    changes = clerk.see(f"{address}/{subject.text}/change?lang=zh")
    assert "《集体用餐管理办法（示例）》第八条" in changes and "场所类别" not in changes


def test_the_figures_of_its_life_may_be_its_own(office: Services):
    pair = issue(office, "works_canteen")
    period = held(office, pair.uscc).permit.period
    assert period is not None and period.last == date(2028, 11, 22)

    def waiting(day: date) -> int:
        counts = office.work_list.counts(actor(office), datetime.combine(day, time(4), UTC))
        return counts.of(TaskKind.REVIEW_DUE)

    assert (waiting(date(2027, 8, 24)), waiting(date(2027, 8, 26))) == (0, 1)
    stored = held(office, pair.uscc)
    request = ActRequest(Subject(pair.uscc, stored.permit_id), Act.APPLY_RENEWAL, WHY, actor(office))
    with office.database.write() as tx:
        office.life.perform_within(tx, request, datetime(2028, 10, 1, 4, tzinfo=UTC))
    assert held(office, pair.uscc).permit.renewal_in_time is False, "fifty-two days before the end is too late here"


def sent_hash(services: Services) -> str:
    """The hash of the one content that came under ``VISIT``."""
    with services.database.read() as tx:
        (stored,) = inspections.contents(tx, VISIT, OFFICE, {"inspector"})
    return stored.content_sha256


def visit(services: Services, uscc: str, **changes: object) -> Permit:
    """The permit after a visit by the list for canteens."""
    number = held(services, uscc).permit.permit_no
    whole = document(
        services.catalogue,
        office=OFFICE,
        subject={"uscc": uscc, "permit_no": number},
        checklists=[{"id": "canteens", "version": "2026-1"}],
        answers=answers(services.catalogue, "canteens"),
        grade="★★★",
        **changes,
    )
    receipt, _ = services.inspections.receive(actor(services, "inspector"), VISIT, written(whole), NOW, NOW)
    given = AnswerRequest(receipt.stored.content_sha256, OfficersAnswer.CONFIRMED)
    colleague = actor(services, "inspector-2")
    if unanswered(receipt.stored):
        with services.database.write() as tx:
            services.second_officers.answer_within(tx, colleague, receipt.stored.key, given, NOW)
    return held(services, uscc).permit


def test_its_inspections_are_made_by_its_own_list_and_grade_it(office: Services):
    rules, today = office.catalogue.inspection_rules, local_date(NOW)
    lists = {each: [c.id for c in rules.checklists_for(each, (), today)] for each in (GRADED, PERMIT_TYPE)}
    assert lists == {GRADED: ["canteens"], PERMIT_TYPE: []}
    assert "canteens" not in [each.id for each in rules.checklists_for("hygiene_permit", ("hotel",), today)]
    graded = visit(office, issue(office, "works_canteen").uscc)
    assert (graded.grade, graded.graded_on) == ("★★★", today)


def test_its_own_scale_and_name_reach_the_desk_the_public_the_history_and_the_phone(office: Services):
    pair = issue(office, "works_canteen")
    clerk, address = browser(office), f"/desk/businesses/{pair.uscc}"
    form = clerk.see(f"{address}/permit/{held(office, pair.uscc).permit_id}/grade?lang=zh")
    assert "餐厨星级评定" in form and "餐厨星级改变" in form and "三星" in form and "卫生信誉度" not in form
    assert "Set the kitchen rating" in clerk.see(f"{address}?lang=en")
    visit(office, pair.uscc)
    for language, title, grade, event in (
        ("zh", "餐厨星级", "三星", "餐厨星级评定"),
        ("en", "Kitchen rating", "three stars", "Kitchen rating set"),
    ):
        business, past = clerk.see(f"{address}?lang={language}"), clerk.see(f"{address}/history?lang={language}")
        assert f"<dt>{title}</dt><dd>{grade}" in business and event in past and past.count(title) >= 3
        public = re.search(r'href="(/p/[^"]+)"', business)
        assert public
        told = re.sub("<[^>]+>", "", clerk.see(f"{public[1]}?lang={language}"))
        assert title in told and grade in told
        for page in (business, past, told):
            assert "卫生信誉度" not in page and "ygiene grade" not in page
    inspector = actor(office, "inspector")
    with office.database.read() as tx:
        told = kit(tx, office.catalogue, inspector, local_date(NOW))["grades"]
    assert told[GRADED][0] == ["★★★", 90, "评为三星", "three stars"] and PERMIT_TYPE not in told
    assert told["hygiene_permit"][2] == ["C", 60, "C 级", "grade C"]
    receipt = office.inspections.receipt(inspector, VISIT, sent_hash(office))
    assert (receipt.grade.zh, receipt.stored.flags) == ("评为三星", ())


def test_a_grade_of_another_scale_is_refused_in_its_words(office: Services):
    pair = issue(office, "works_canteen")
    with pytest.raises(InputError, match="grade_unknown") as refused:
        do(office, pair.uscc, Act.GRADE, grade="A")
    assert explain(refused.value, "zh").what == "餐厨星级只有 ★★★、★★、★，或不评级。"
    assert "kitchen rating must be ★★★, ★★, ★ or none" in explain(refused.value, "en").what


def test_an_order_to_rectify_cites_the_rule_of_its_type(office: Services):
    pair = issue(office, "works_canteen")
    visit(office, pair.uscc, outcome="to_rectify", rectify_by="2026-12-10")
    rows = [row for row in office.life.timeline(pair.uscc) if row["event"] == "rectification_ordered"]
    assert [row["legal_basis"] for row in rows] == ["《集体用餐管理办法（示例）》第十一条"]
    past = browser(office).see(f"/desk/businesses/{pair.uscc}/history?lang=zh")
    assert "《集体用餐管理办法（示例）》第十一条" in past and "公共场所卫生管理条例" not in past


def test_a_visit_by_a_list_of_another_type_is_held_and_grades_nothing(office: Services):
    pair = issue(office, "snack_bar")
    assert visit(office, pair.uscc).grade == ""
    page = office.inspections_desk.list(actor(office), Filter(), 1)
    assert page.held == 1 and page.total == 1


PERMIT = permit(
    permit_no="渝食证〔2024〕00007号",
    authority=AUTHORITY_NAME,
    items="热食类食品制售",
    office="含谷镇",
    issued_on="2024-05-01",
    valid_from="2024-05-01",
    valid_to="2029-04-30",
    grade="",
)


def import_ledger(services: Services, *rows: dict[str, str]) -> Imported:
    market = export("market", as_csv([licence()], MARKET_COLUMNS))
    return imported(services.importing, market, export("ledger", as_csv(rows, HEALTH_COLUMNS)))


def permits_of(services: Services) -> dict[str, Permit]:
    with services.database.read() as tx:
        return {stored.permit.permit_no: stored.permit for stored in permits.of_business(tx, licence()["uscc"])}


def test_a_ledger_with_permits_of_three_types_is_merged_row_by_row(office: Services):
    canteen = PERMIT | {"permit_no": "集字7号", "permit_type": "集体用餐许可证（示例）", "grade": "三星"}
    report = import_ledger(office, permit(valid_to="2027-04-30"), PERMIT, canteen)
    assert {row.outcome for row in report.rows} == {RowOutcome.IMPORTED}, [row.code for row in report.rows]
    found = permits_of(office)
    assert {number: each.permit_type for number, each in found.items()} == {
        "渝高新卫公证字〔2022〕第00901号": "hygiene_permit",
        "渝食证〔2024〕00007号": PERMIT_TYPE,
        "集字7号": GRADED,
    }
    assert found["渝食证〔2024〕00007号"].kinds == () and found["集字7号"].grade == "★★★"
    assert all(each.state is PermitState.EFFECTIVE for each in found.values())
    # The number that the ledger brought is taken: the next one is above it.
    assert import_ledger(office, permit(valid_to="2027-04-30"), PERMIT, canteen).rows == report.rows


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"permit_no": "食字7号"}, "import_permit_type_unclear"),
        ({"permit_type": "烟花爆竹许可证"}, "import_permit_type_unknown"),
        ({"grade": "A"}, "import_grade_not_of_type"),
        ({"permit_type": "集体用餐许可证（示例）", "grade": "A"}, "import_grade_unknown"),
    ],
)
def test_a_row_whose_type_cannot_be_told_or_has_no_grade_is_refused_in_words(office: Services, changes, code):
    *_, row = import_ledger(office, PERMIT | changes).rows
    assert (row.outcome, row.code) == (RowOutcome.REFUSED, code)
    for language in LANGUAGES:
        words = explain(RuleError(code, **row.facts), language)
        assert "{" not in words.what and words.todo
