"""What an act changes, shown before it is performed: the licence or permit, the code, the public page."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.lifecycle.acts import Effect, Rule
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class Consequences:
    """One sentence each on the licence or permit, the code and the public page."""

    subject: Text
    code: Text
    page: Text


def consequences(rule: Rule, version: int) -> Consequences:
    """What the act of ``rule`` changes. ``version`` is that of the display card in force."""
    if rule.told is None:
        raise AssertionError(f"{rule.act} has no form")
    return Consequences(rule.told.subject, rule.told.code or _code(rule.effect, version), rule.told.page)


def _code(effect: Effect, version: int) -> Text:
    match effect:
        case Effect.NEXT_VERSION:
            return Text(
                f"签发第 {version + 1} 版，要换一张新亮证牌；第 {version} 版从此显示“旧版”，仍能查到真实情况。",
                f"Version {version + 1} is signed and a new card must be handed over. Version {version} then"
                " shows that it is out of date, and still leads to the current register entry.",
            )
        case Effect.STATUS:
            return Text(
                "亮证牌不换；离线核验的状态名单立即改变。",
                "The card does not need replacing. The status list for offline checks changes immediately.",
            )
        case _:
            return Text("二维码和亮证牌不变。", "The QR code and display card do not change.")
