"""Entities and permits come back from the register as they were put in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licence_qr.domain.dates import Period
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState
from licence_qr.services.demonstration.data import businesses
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity

texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40)
days = st.dates(date(1949, 10, 1), date(2199, 12, 31))
maybe_days = st.none() | days
stored_entities = st.builds(
    StoredEntity,
    st.builds(
        Entity,
        st.just("91500107M000001A9R"),
        st.sampled_from(EntityForm),
        texts,
        texts,
        texts,
        days,
        days,
        texts,
        texts,
        texts,
        texts,
        maybe_days,
    ),
    st.sampled_from(LicenceState),
    texts,
    texts,
)
periods = (
    st.none() | st.builds(lambda a, b: Period(min(a, b), max(a, b)), days, days) | st.builds(Period, days, st.none())
)
some_permits = st.builds(
    Permit,
    texts.filter(bool),
    texts,
    st.just(1),
    st.lists(st.sampled_from(["hotel", "barber", "shop"]), unique=True).map(tuple),
    texts,
    texts,
    texts,
    maybe_days,
    periods,
    st.sampled_from(GrantMode),
    st.sampled_from(PermitState),
    maybe_days,
    st.sampled_from(["", "A", "B", "C"]),
    maybe_days,
    maybe_days,
    maybe_days,
)
ENTITY = Entity(
    uscc="91500107M000001A9R",
    form=EntityForm.COMPANY,
    name="阿布都•买买提（重庆）客栈",
    entity_type="有限责任公司",
    principal="艾力・玉素甫",
    established_on=date(2021, 3, 1),
    issued_on=date(2021, 3, 1),
    domicile="重庆市九龙坡区巴福镇演示路1-2号",
    business_scope="住宿服务",
    registration_authority="重庆市市场监督管理局高新区分局",
)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(stored=stored_entities)
def test_an_entity_comes_back_as_it_was_put(database, stored):
    with database.write() as tx:
        entities.put(tx, stored)
        assert entities.get(tx, stored.entity.uscc) == stored


@relaxed
@given(first=some_permits, second=some_permits)
def test_a_permit_comes_back_as_it_was_added_and_as_it_was_replaced(database, first, second):
    uscc = "91500107M000001A9R"
    with pytest.raises(InterruptedError), database.write() as tx:
        entity = Entity(
            uscc, EntityForm.COMPANY, "甲", "公司", "乙", date(2020, 1, 1), date(2020, 1, 1), "丙", "丁", "戊"
        )
        entities.put(tx, StoredEntity(entity, LicenceState.ACTIVE, "baishiyi", ""))
        entities.add_premises(tx, uscc, "某路1号", "500107105", 80)
        second = replace(second, permit_type=first.permit_type)  # it never changes
        added = permits.add(tx, uscc, first)
        assert permits.of_business(tx, uscc) == (added,)
        permits.replace(tx, permits.StoredPermit(added.permit_id, uscc, second))
        assert [s.permit for s in permits.of_business(tx, uscc)] == [second]
        raise InterruptedError  # the next example begins anew


def test_a_search_takes_what_is_typed_literally(demonstration):
    with demonstration.database.read() as tx:
        assert [s.entity.name for s in entities.search(tx, "示例一号")] == ["示例一号宾馆有限公司"]
        assert [s.entity.name for s in entities.search(tx, "91500107m000001a9r")] == ["示例一号宾馆有限公司"]
        assert [s.entity.principal for s in entities.search(tx, "示例𫟹")] == ["示例𫟹"]
        assert [s.entity.name for s in entities.search(tx, "二十八号 𬭸")] == ["示例二十八号𬭸䶮㛃美容有限公司"]
        assert [s.entity.name for s in entities.search(tx, "示例〔一〕号")] == []
        for wildcard in ("%", "_", "\\", "'; DROP TABLE entities; --"):
            assert entities.search(tx, wildcard) == []
        assert len(entities.search(tx, "")) == len(businesses())


def test_a_search_finds_a_name_whichever_dot_or_bracket_was_typed_also_by_the_key_of_an_earlier_release(database):
    stored = StoredEntity(ENTITY, LicenceState.ACTIVE, "bafu", "")
    with database.write() as tx:
        entities.add(tx, stored)
        tx.run("UPDATE entities SET name_key = ?", ("阿布都•买买提(重庆)客栈",))  # as it was folded then
    with database.read() as tx:
        for typed in ("阿布都·买买提", "阿布都・买买提〔重庆〕", "艾力•玉素甫", "艾力·玉素甫"):
            assert [s.entity.uscc for s in entities.search(tx, typed)] == [ENTITY.uscc], typed
        assert entities.search(tx, "阿布都买买提") == []
        assert list(entities.names_with(tx, ("阿布都", "买买提", "客栈"))) == [(ENTITY.uscc, ENTITY.name)]
        assert list(entities.names_with(tx, ("买买提", "阿布都"))) == []


def test_a_business_whose_licence_has_ended_gives_its_name_free(database):
    with database.write() as tx:
        entities.add(tx, StoredEntity(ENTITY, LicenceState.CANCELLED, "bafu", ""))
    with database.read() as tx:
        assert list(entities.names_with(tx, ())) == []
        assert entities.names_after(tx, "", 10) == [(ENTITY.uscc, ENTITY.name)]
