// @ts-check
// Made by `python -m tools.states_table` from licence_qr/wording/states.toml; change that file, not this one.

/** @import { State } from "./types.d.ts" */

/** A permit expires soon from so many days before its end. */
export const EXPIRING_SOON_DAYS = 90;

/**
 * Every state that scripts say, by group and name: its words, its tone and its severity.
 * @type {Record<string, Record<string, State>>}
 */
export const STATES = {
  verdict: {
    refused: ["核验未通过，不可采信", "Not verified: do not rely on it", "bad", 99, true],
    differs: ["不能确认", "Not confirmed", "bad", 95, true],
    licence_ended: ["执照已失效", "licence no longer valid", "bad", 90, true],
    moved_out: [
      "已迁往其他登记机关，本亮证牌停用",
      "Moved to another registration authority: this card is no longer in use",
      "bad",
      89,
      true,
    ],
    void_print: ["这张亮证牌已声明作废", "this card was declared void", "bad", 88, true],
    ended_or_void: ["执照已失效，或本牌已作废", "licence ended, or this card declared void", "bad", 87, true],
    permit_lapsed: ["有许可已失效", "a permit is no longer valid", "bad", 80, false],
    permit_suspended: ["有许可被暂停", "a permit is suspended", "bad", 75, false],
    old_print: ["这是旧版亮证牌", "this card is out of date", "care", 59, true],
    dormant: ["正在歇业", "registered as dormant", "care", 57, false],
    incomplete: ["所需许可记载不全", "not every needed permit is on record", "care", 55, false],
    marked: ["有公示信息须留意", "a published notice stands", "care", 50, false],
    attention: ["有许可需注意", "a permit needs attention", "care", 46, false],
    permit_awaited: ["有许可尚未生效", "a permit is not yet in force", "care", 45, false],
    stale: ["但状态信息较旧", "the status is not up to date", "care", 40, false],
    unknown: ["现在是否有效不明", "the status is unknown", "unknown", 30, false],
    unreachable: ["现在无法查询", "Cannot be checked now", "unknown", 26, true],
    not_found: ["未查到", "Not found in the register", "unknown", 25, true],
    licence_only: ["仅有营业执照", "business licence only", "plain", 12, false],
    number: ["编号不能证明亮证牌真伪", "A number does not prove a card", "plain", 11, true],
    in_code: ["码内证照均有效", "licence and permits in the code in force", "good", 1, false],
    all_in_force: ["证照均有效", "licence and permits in force", "good", 0, false],
  },
  status: {
    active: ["存续（在营）", "active", "good", 0, false],
    dormant: ["歇业", "dormant", "care", 57, false],
    revoked_not_cancelled: ["吊销，未注销", "revoked, not yet cancelled", "bad", 90, false],
    revoked_cancelled: ["吊销，已注销", "revoked and cancelled", "bad", 90, false],
    moved_out: ["已迁出", "moved to another authority", "bad", 89, false],
    pending: ["受理中，尚未许可", "applied for, not granted", "care", 45, false],
    not_yet_valid: ["尚未生效", "not yet in force", "care", 45, false],
    effective: ["有效", "in force", "good", 0, false],
    expiring_soon: ["即将到期", "expires soon", "care", 40, false],
    expired: ["已过期", "expired", "bad", 80, false],
    suspended: ["已暂停", "suspended", "bad", 75, false],
    withheld: ["已暂扣许可证", "permit withheld", "bad", 75, false],
    closed_to_rectify: ["停业整顿", "closed for rectification", "bad", 75, false],
    annulled: ["已撤销", "annulled", "bad", 80, false],
    revoked: ["已吊销", "revoked", "bad", 80, false],
    withdrawn: ["已撤回", "withdrawn", "bad", 80, false],
    cancelled: ["已注销", "cancelled", "bad", 80, false],
    refused: ["不予许可", "refused", "bad", 80, false],
    unknown: ["状态不明", "status unknown", "unknown", 30, false],
    ended: ["已失效", "no longer in force", "bad", 80, false],
    effective_then: ["截至当时有效", "in force at that time", "care", 40, false],
    expired_here: ["按本机日期已过期", "expired by this device’s date", "care", 46, false],
    expired_beside: ["已过期，同类许可另有一项有效", "expired; another of this type is in force", "care", 46, false],
    replaced: ["已由新证取代", "replaced by a newer permit", "plain", 10, false],
    superseded: ["以新版亮证牌为准", "see the newer card", "care", 59, false],
  },
};
