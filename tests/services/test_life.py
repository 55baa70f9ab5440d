"""Acts on licences and permits: what each writes, what it does to the code, and how it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from licence_qr.domain.life_details import Deed, LicenceChange, Reprint, ReprintCause
from licence_qr.domain.lifecycle import Act, Grounds, Subject
from licence_qr.errors import RuleError
from licence_qr.store import codes, permits

WHY = Grounds("查实", "《行政许可法》", "〔2026〕1号")


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


@pytest.fixture
def permit_of(services, pair):
    with services.database.read() as tx:
        return permits.of_business(tx, pair.uscc)[0]


def test_a_new_name_makes_the_next_version(services, pair, permit_of, clerk, now):
    later = now + timedelta(days=10)
    deed = Deed(Subject(pair.uscc), Act.CHANGE, WHY, clerk, LicenceChange(name="新名宾馆有限公司"))
    done = services.life.perform(clerk, deed, later)
    assert (done.new_version, done.code.version) == (True, 2)
    with services.database.read() as tx:
        after = permits.get(tx, permit_of.permit_id).permit
    assert (after.permit_no, after.period) == (permit_of.permit.permit_no, permit_of.permit.period)


def test_suspension_needs_four_eyes(services, pair, permit_of, clerk, now):
    deed = Deed(Subject(pair.uscc, permit_of.permit_id), Act.SUSPEND, WHY, clerk)
    with pytest.raises(RuleError, match="act_needs_four_eyes"):
        services.life.perform(clerk, deed, now)
    with services.database.write() as tx:
        done = services.life.perform_within(tx, deed, now)
    assert not done.new_version
    with services.database.read() as tx:
        code = codes.newest_of_business(tx, pair.uscc)
        assert codes.status(tx, code.status_index + 1) == 2


def test_reprint(services, pair, clerk, now):
    done = services.life.perform(clerk, Deed(Subject(pair.uscc), Act.REPRINT, WHY, clerk, Reprint(ReprintCause.LOST)), now)
    assert done.new_version and done.code.version == 2
