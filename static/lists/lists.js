// @ts-check
// The signed lists that the device holds. A list is believed when its signature holds under the root that was pinned at the
// first visit, and is not older than any that was ever kept here: an older one that is put back would undo a compromise or a
// decision.

/** @import { HeldLists } from "./types.d.ts" */
/** @import { Reading } from "../device/types.d.ts" */
/** @import { Bytes, StatusList } from "../verifier/types.d.ts" */

import { readClock } from "../device/clock.js";
import { readAllowList, readStatusList, readTrustList } from "../verifier/verifier.js";
import { keep, kept, newest } from "./store.js";

// What is kept, by name.
export const [TRUST, ALLOW, STATUS, WORDS] = ["trust", "allow", "status", "vocabulary"];
export const CLOCK = "clock"; // the device's clock beside the server's, when they were last compared

/**
 * @param {string} hex
 * @returns {Bytes}
 */
export function pointOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * What a step of reading or fetching said: a refusal's code, or "offline" when there was no answer at all.
 * @param {any} error
 * @returns {string}
 */
function reason(error) {
  return error?.code ?? "unreadable";
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<{ value?: T; problem?: string }>}
 */
export async function attempt(work) {
  try {
    return { value: await work() };
  } catch (error) {
    return { problem: reason(error) };
  }
}

/**
 * The root's key of this device: the first one it ever saw. The page brings a key, but a page is only as good as the
 * line it came over; so a later page cannot exchange it. `changed` tells that it tried.
 * @param {string} offered
 * @returns {Promise<{ root: string; changed: boolean }>}
 */
async function pinned(offered) {
  const held = await kept("root");
  if (held) return { root: held, changed: held !== offered };
  await keep("root", offered);
  return { root: offered, changed: false };
}

/**
 * What time it is by the device's clock, the server's when they were last compared, and the lists that are held.
 * @param {HeldLists} lists
 * @returns {Reading}
 */
export function timeOf(lists) {
  const signed = [lists.trustList, lists.allowList, lists.status].map((list) => list?.issuedAt ?? 0);
  return readClock(Date.now(), lists.measured, 1000 * Math.max(...signed));
}

/**
 * Lists that the device holds, read anew under the pinned root. What was kept ({bytes, fetchedAt}) is in trust, allow and
 * status; what may be believed of it in trustList, allowList and statusList, else null.
 * @param {string} offeredRoot
 * @returns {Promise<HeldLists>}
 */
export async function held(offeredRoot) {
  const { root, changed } = await pinned(offeredRoot);
  const names = [TRUST, ALLOW, STATUS, WORDS, CLOCK];
  const [trust, allow, status, words, clock] = await Promise.all(names.map(kept));
  /** @type {HeldLists} */
  const lists = {
    root,
    rootChanged: changed,
    trust,
    allow,
    status,
    vocabulary: words?.value,
    measured: clock,
    trustList: null,
    allowList: null,
    statusList: null,
  };
  const editions = await newest();
  if (trust) {
    const atLeast = editions[TRUST];
    const read = await attempt(() => readTrustList(trust.bytes, pointOf(root), { atLeast }));
    lists.trustList = read.value ?? null;
    lists.trustProblem = read.problem;
  }
  if (allow) {
    const atLeast = editions[ALLOW];
    lists.allowList = (await attempt(() => readAllowList(allow.bytes, pointOf(root), { atLeast }))).value ?? null;
  }
  await readStatus(lists);
  return lists;
}

/**
 * The kept status list under the trust list of now: the key that signed it may have been compromised since.
 * @param {HeldLists} lists
 * @returns {Promise<void>}
 */
export async function readStatus(lists) {
  if (!lists.status || !lists.trustList) return;
  const atLeast = (await newest())[STATUS];
  lists.statusList = (await attempt(() => statusListIn(lists, lists.status.bytes, atLeast))).value ?? null;
}

/**
 * The status list of these bytes. One of a later time proves that the clock is slow, and is read at its own time; unless the
 * clock was compared with the server's, which then says that it is the list whose time is wrong.
 * @param {HeldLists} lists
 * @param {Bytes} bytes
 * @param {number} atLeast
 * @returns {Promise<StatusList>}
 */
export async function statusListIn(lists, bytes, atLeast) {
  const { now, compared } = timeOf(lists);
  try {
    return await readStatusList(bytes, lists.trustList, { now, atLeast });
  } catch (refusal) {
    if (compared || refusal.code !== "status_list_issued_in_future") throw refusal;
    const issuedAt = new Date(String(refusal.facts.issued_at).replace(" ", "T"));
    return readStatusList(bytes, lists.trustList, { now: issuedAt, atLeast });
  }
}
