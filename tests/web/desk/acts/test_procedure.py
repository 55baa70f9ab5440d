"""What is recorded of a permit before it is decided, and its decision, at the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from desk_pages import Browser, clerk, desk_app, desk_services
from life_pages import act, done, issued, permit_of, text_of

from licence_qr.domain.dates import local_date

__all__ = ["clerk", "desk_app", "desk_services"]


def test_a_pending_permit_is_granted(clerk: Browser) -> None:
    uscc = issued(clerk, "general")
    grant = f"{permit_of(clerk, uscc)}/grant"
    assert "还没有现场核查记录" in (before := text_of(clerk.see(grant))) and "依据和理由" not in before
    visit = f"/desk/permits/{grant.split('/')[-2]}/procedure/visit"
    made = {"visited_on": local_date(datetime.now(UTC)).isoformat(), "officers": "甲、乙", "outcome": "passed"}
    assert clerk.send(visit, {**made, "words": "设施齐全"}).status_code == 303
    page = text_of(done(clerk, act(clerk, grant, reason="现场核查符合条件")))
    assert "准予许可" in page and "打印第 2 版亮证牌" in page


def test_what_happens_before_a_grant_is_recorded_after_its_check_only(clerk: Browser) -> None:
    where = f"/desk/permits/{permit_of(clerk, issued(clerk, 'general')).split('/')[-1]}/procedure"
    today = local_date(datetime.now(UTC)).isoformat()
    forms = {
        "visit": (
            {"visited_on": today, "officers": "甲、乙", "outcome": "not_passed", "words": "理由甲"},
            "再次核查通过以前",
        ),
        "pause": ({"kind": "hearing", "first": today, "last": "", "reason": "理由甲"}, "从首日起不计入办理期限"),
        "extend": ({"approved_by": "主任", "reason": "理由甲"}, "只能延长一次"),
    }
    before = text_of(clerk.see(where))
    for step, (typed, follows) in forms.items():
        check, back = clerk.check_and_back(f"{where}/{step}", typed, clerk.see(f"{where}/{step}"))
        assert follows in check.text and "理由甲" in check.text
        assert "理由甲" in back.text and 'class="check-form"' not in back.text
    assert text_of(clerk.see(where)) == before
    assert clerk.send(f"{where}/pause", forms["pause"][0]).status_code == 303
    end = re.search(rf'action="({where}/pauses/\d+/end)"', paused := clerk.see(where))
    assert end
    check, back = clerk.check_and_back(end[1], {}, paused)
    assert "从明天起继续计算办理期限" in check.text and back.location == where
    assert end[1] in clerk.see(where)
    assert clerk.send(end[1], {}, paused).status_code == 303
    assert end[1] not in clerk.see(where)


def test_a_pending_permit_is_refused_and_stands_apart(clerk: Browser) -> None:
    uscc = issued(clerk, "general")
    done(clerk, act(clerk, f"{permit_of(clerk, uscc)}/refuse", reason="不符合条件"))
    assert "已注销或未准予的许可（1）" in text_of(clerk.see(f"/desk/businesses/{uscc}"))
