"""Words at the desk that hide or turn the text around them: whoever decides reads what was written, in its order."""

from __future__ import annotations

import pytest
from desk_pages import Browser
from four_eyes_pages import Shop, clerk, decider, desk_app, desk_services, inspector, people, shop

from licence_qr.store.register import history

__all__ = ["clerk", "decider", "desk_app", "desk_services", "inspector", "people", "shop"]

TRICK = "\u202e\u2066\ufeff\x07"


def written(shop: Shop) -> str:
    """Everything the register holds in words of what people said about the business."""
    with shop.services.database.read() as tx:
        told = history.of_business(tx, shop.uscc)
        rows = [
            *((each["reason"], each["legal_basis"], each["document_no"]) for each in told),
            *tx.all("SELECT reason, legal_basis, decision FROM proposals WHERE uscc = ?", (shop.uscc,)),
            *tx.all("SELECT findings, legal_basis, document_no FROM follow_ups WHERE uscc = ?", (shop.uscc,)),
        ]
    return "\n".join(str(value) for row in rows for value in row)


@pytest.mark.parametrize("verdict", ["approve", "refuse"])
def test_grounds_and_verdict_of_a_proposal_are_kept_plain(
    shop: Shop, clerk: Browser, decider: Browser, verdict: str
) -> None:
    where = shop.proposed(
        clerk, reason=f"停用{TRICK}消毒", legal_basis=f"条例{TRICK}第十四条", document_no=f"〔2026〕{TRICK}7号"
    )
    sent = {"verdict": verdict, "reason": f"情况{TRICK}属实", "password": "only-for-these-tests"}
    assert decider.send(f"{where}/decide", sent, decider.see(where)).status_code == 303
    assert not set(TRICK) & set(written(shop))
    assert {"停用消毒", "条例第十四条", "情况属实"} <= set(written(shop).splitlines())


def test_grounds_of_an_act_and_findings_of_a_check_are_kept_plain(
    shop: Shop, clerk: Browser, inspector: Browser
) -> None:
    act = f"/desk/businesses/{shop.uscc}/permit/{shop.permit.permit_id}/review"
    today = shop.permit.permit.issued_on.isoformat()
    sent = {"effective_on": today, "reason": f"复核{TRICK}合格", "legal_basis": f"细则{TRICK}", "document_no": ""}
    assert clerk.send(act, sent).status_code == 303
    check = f"/desk/follow-ups/{shop.permit.permit_id}"
    found = {"checked_on": today, "others": "inspector-too", "outcome": "met", "findings": f"设施{TRICK}齐全"}
    assert inspector.send(check, found).status_code == 303
    shop.confirm_check()
    assert not set(TRICK) & set(written(shop))
    assert {"复核合格", "细则", "设施齐全"} <= set(written(shop).splitlines())


def test_words_that_cannot_be_seen_are_no_reason(shop: Shop, clerk: Browser) -> None:
    assert clerk.send(shop.form(), shop.sent(reason=TRICK)).status_code == 422
