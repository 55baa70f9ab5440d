// @ts-check
// From what was verified to what is shown: one tone and one headline for the code, one for each permit. Pure.
// Nothing is ever green by default: a state that is not known by name is "unknown".

/** @import { Saying } from "./types.d.ts" */
/** @import { Tone } from "../ui/types.d.ts" */
/** @import { DescribedPermit, Status, StatusWord } from "../verifier/types.d.ts" */

import { TERMS } from "../ui/terms.js";

/** @typedef {Record<string, [tone: Tone, zh: string, en: string]>} Sayings */

/** @type {Sayings} */
const HEADLINES = {
  valid: ["good", "核验通过，证照均有效", "Genuine: licence and permits in force"],
  licenceOnly: ["plain", "核验通过，仅有营业执照", "Genuine: business licence only"],
  stale: ["care", "核验通过，但状态信息较旧", "Genuine, but the status is not up to date"],
  attention: ["care", "核验通过，有许可需注意", "Genuine: a permit needs attention"],
  superseded: ["care", "核验通过，但这是旧版亮证牌", "Genuine, but this card is out of date"],
  invalid: ["bad", "此码已经作废", "This code is no longer valid"],
  suspended: ["bad", "此码已暂停使用", "This code is suspended"],
  unknown: ["unknown", "核验通过，现在是否有效不明", "Genuine, but the status is unknown"],
};

/** @type {Sayings} */
const PERMITS = {
  valid: ["good", "有效", "in force"],
  validThen: ["care", "截至当时有效", "in force at that time"],
  expired: ["bad", "已过期", "expired"],
  expiredHere: ["care", "按本机日期已过期", "expired by this device’s date"],
  notYet: ["care", "尚未生效", "not yet in force"],
  suspended: ["bad", ...TERMS.status.suspended],
  invalid: ["bad", "已失效", "no longer valid"],
  superseded: ["care", "以新版亮证牌为准", "see the newer card"],
  unknown: ["unknown", "状态不明", "status unknown"],
};

/**
 * @param {Sayings} table
 * @param {string} name
 * @returns {Saying}
 */
function saying(table, name) {
  const [tone, zh, en] = table[name] ?? table.unknown;
  return { name: table[name] ? name : "unknown", tone, zh, en };
}

/**
 * A permit's saying. Its dates are signed in the symbol, so they speak even where no list does. `day` is today as far as that
 * is known; it is at least `proved`, and what only a device's clock says is not said in red.
 * @param {StatusWord} status
 * @param {DescribedPermit} permit
 * @param {{ day: number; proved: number }} today
 * @returns {Saying}
 */
export function permitSaying(status, permit, { day, proved }) {
  if (permit.validTo !== null && day > permit.validTo)
    return saying(PERMITS, proved > permit.validTo ? "expired" : "expiredHere");
  if (status === "valid" && day < permit.validFrom) return saying(PERMITS, "notYet");
  return saying(PERMITS, status);
}

/**
 * The headline over permits that were said by `permitSaying`. `state` is what the status list says of the code.
 * @param {Status} state
 * @param {Saying[]} permits
 * @returns {Saying}
 */
export function headline(state, permits) {
  if (state.unknown) return saying(HEADLINES, "unknown");
  if (state.print !== "valid") return saying(HEADLINES, state.print);
  if (permits.some((permit) => permit.tone === "unknown")) return saying(HEADLINES, "unknown");
  if (permits.some((permit) => permit.name !== "valid")) return saying(HEADLINES, "attention");
  if (state.stale) return saying(HEADLINES, "stale");
  return saying(HEADLINES, permits.length ? "valid" : "licenceOnly");
}

/**
 * A permit's saying as it is shown under a list past its ttl: green would promise more than the list can.
 * @param {Saying} permit
 * @returns {Saying}
 */
export function aged(permit) {
  return permit.name === "valid" ? saying(PERMITS, "validThen") : permit;
}
