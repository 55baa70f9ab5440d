// @ts-check
// From what was verified to what is shown: one state for the code, one for each permit, all of the one table (ui/states.js). Pure.
// Nothing is ever green by default: a state that is not known by name is "unknown". licence_qr/domain/publishing/sayings.py says
// the same of the same facts.

/** @import { HeldBusiness, Saying } from "./types.d.ts" */
/** @import { Business } from "../pack/types.d.ts" */
/** @import { DescribedPermit, Status, StatusWord } from "../verifier/types.d.ts" */

import { EXPIRING_SOON_DAYS, STATES } from "../ui/states.js";

/** @type {Record<StatusWord, string>} */
const OF_LIST = {
  valid: "effective",
  invalid: "ended",
  suspended: "suspended",
  superseded: "superseded",
  unknown: "unknown",
};
const IN_FORCE = new Set(["effective", "expiring_soon"]);
const EXPIRED = new Set(["expired", "expired_here"]);
// What a permit makes of the code, by the name of its status.
/** @type {Record<string, string>} */
const VERDICTS = {
  ...Object.fromEntries(
    ["expired", "ended", "annulled", "revoked", "withdrawn", "cancelled"].map((name) => [name, "permit_lapsed"]),
  ),
  suspended: "permit_suspended",
  expired_here: "attention",
  expired_beside: "attention",
  pending: "permit_awaited",
  not_yet_valid: "permit_awaited",
};

/**
 * @param {string} group
 * @param {string} name
 * @returns {Saying}
 */
export function saying(group, name) {
  const known = name in STATES[group] ? name : "unknown";
  const [zh, en, tone, severity, bare] = STATES[group][known];
  return { name: known, zh, en, tone, severity, bare };
}

/**
 * @param {number} left days, 0 on the last
 * @returns {Saying}
 */
function expiringSoon(left) {
  const said = saying("status", "expiring_soon");
  if (left === 0) return { ...said, zh: "今天到期", en: "expires today" };
  return { ...said, zh: `还有 ${left} 天到期`, en: left === 1 ? "1 day left" : `${left} days left` };
}

/**
 * A permit's saying by the list and its dates, which are signed in the symbol, so that they speak even where no list does; but
 * what was decided comes before them. `day` is today as far as that is known; it is at least `proved`, and what only a device's
 * clock says is not said in red.
 * @param {StatusWord} status
 * @param {DescribedPermit} permit
 * @param {{ day: number; proved: number }} today
 * @returns {Saying}
 */
export function permitSaying(status, permit, { day, proved }) {
  const byList = saying("status", OF_LIST[status] ?? "unknown");
  if (byList.name !== "effective" && byList.name !== "unknown") return byList;
  if (permit.validTo !== null && day > permit.validTo)
    return saying("status", proved > permit.validTo ? "expired" : "expired_here");
  if (byList.name === "unknown") return byList;
  if (day < permit.validFrom) return saying("status", "not_yet_valid");
  const left = permit.validTo === null ? EXPIRING_SOON_DAYS : permit.validTo - day;
  return left < EXPIRING_SOON_DAYS ? expiringSoon(left) : byList;
}

/**
 * A permit whose dates are over beside another of its type in force may have been replaced by that, or be for another place.
 * @param {Saying} said
 * @param {DescribedPermit} permit
 * @param {DescribedPermit[]} permits
 * @param {Saying[]} all
 * @returns {Saying}
 */
function beside(said, permit, permits, all) {
  const another = permits.some((each, n) => each.type.zh === permit.type.zh && IN_FORCE.has(all[n].name));
  return EXPIRED.has(said.name) && another ? saying("status", "expired_beside") : said;
}

/**
 * What the register said when the pack was taken of a permit that is not in force by its dates or the list: it was replaced by a
 * newer one, and so is not in the pack; or it was deemed renewed after its last day.
 * @param {Saying} said
 * @param {DescribedPermit} permit
 * @param {HeldBusiness} held
 * @returns {Saying}
 */
function byPack(said, permit, { business, day }) {
  if (IN_FORCE.has(said.name) || said.name === "unknown") return said;
  const known = business.permits.find(({ number }) => number === permit.number);
  if (!known) {
    const newer = business.permits.some(({ type, status }) => type.zh === permit.type.zh && IN_FORCE.has(status));
    return newer ? saying("status", "replaced") : said;
  }
  const renewed = permit.validTo !== null && day > permit.validTo && IN_FORCE.has(known.status);
  return EXPIRED.has(said.name) && renewed ? saying("status", "effective") : said;
}

/**
 * The sayings of all permits of a code. `held` is its business in the pack, where there is one.
 * @param {DescribedPermit[]} permits
 * @param {StatusWord[]} statuses
 * @param {{ day: number; proved: number }} today
 * @param {HeldBusiness | null} held
 * @returns {Saying[]}
 */
export function permitSayings(permits, statuses, today, held) {
  const said = permits.map((permit, n) => permitSaying(statuses[n] ?? "unknown", permit, today));
  return said.map((each, n) => (held ? byPack(each, permits[n], held) : beside(each, permits[n], permits, said)));
}

/**
 * What the pack holds of a business that is not in force and not in the code, such as a permit that is applied for.
 * @param {DescribedPermit[]} permits
 * @param {Business} business
 * @returns {Saying[]}
 */
export function onlyInPack(permits, business) {
  return business.permits
    .filter(({ status, number }) => !IN_FORCE.has(status) && !permits.some((permit) => permit.number === number))
    .map(({ status }) => saying("status", status));
}

/**
 * @param {Saying[]} found
 * @returns {Saying | undefined}
 */
const gravest = (found) => [...found].sort((a, b) => b.severity - a.severity)[0];

/**
 * The headline over permits that were said by `permitSayings`. `state` is what the status list says of the code. It is green
 * for what is in the code at most: whether more permits are needed, no list says.
 * @param {Status} state
 * @param {Saying[]} permits
 * @returns {Saying}
 */
export function headline(state, permits) {
  if (state.unknown) return saying("verdict", "unknown");
  if (state.print === "invalid") return saying("verdict", "ended_or_void");
  const worst = gravest(permits.flatMap(({ name }) => (name in VERDICTS ? [saying("verdict", VERDICTS[name])] : [])));
  if (state.print === "superseded") {
    const old = saying("verdict", "old_print");
    return worst?.tone === "bad" ? { ...old, tone: worst.tone, severity: worst.severity } : old;
  }
  const dormant = state.print === "suspended";
  if ((state.print !== "valid" && !dormant) || permits.some(({ tone }) => tone === "unknown"))
    return saying("verdict", "unknown");
  const found = worst ? [worst] : [];
  if (dormant) found.push(saying("verdict", "dormant"));
  if (state.stale) found.push(saying("verdict", "stale"));
  return gravest(found) ?? saying("verdict", permits.length ? "in_code" : "licence_only");
}

/**
 * A permit's saying as it is shown under a list past its ttl: green would promise more than the list can.
 * @param {Saying} permit
 * @returns {Saying}
 */
export function aged(permit) {
  return permit.name === "effective" ? saying("status", "effective_then") : permit;
}
