// @ts-check
// The signed lists: what the device holds, and newer ones from the network. A list is believed when its signature holds
// under the root that was pinned at the first visit, and kept only when it is not older than any that was ever kept here: an
// older one that is put back, by the network or on the device, would undo a compromise or a decision.

/** @import { HeldLists, KeptList } from "./types.d.ts" */
/** @import { Bytes } from "../verifier/types.d.ts" */

import { Refusal } from "../verifier/refusal.js";
import { readAllowList, readStatusList, readTrustList } from "../verifier/verifier.js";
import { keep, keepNewest, kept, newest } from "./store.js";

const TRUST = { name: "trust", address: "/trust-list" };
const ALLOW = { name: "allow", address: "/allow-list" }; // what stays good of compromised keys; mostly there is none
const STATUS = { name: "status", address: "/status-list" };
const PATIENCE = 30_000; // for all lists together: some tens of kilobytes
const WORDS = { name: "vocabulary", address: "/vocabulary.json" };

/**
 * @param {string} hex
 * @returns {Bytes}
 */
function pointOf(hex) {
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
async function attempt(work) {
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
 * Lists that the device holds, read anew under the pinned root. What was kept ({bytes, fetchedAt}) is in trust, allow and
 * status; what may be believed of it in trustList, allowList and statusList, else null.
 * @param {string} offeredRoot
 * @param {Date} now
 * @returns {Promise<HeldLists>}
 */
export async function held(offeredRoot, now) {
  const { root, changed } = await pinned(offeredRoot);
  const [trust, allow, status, words] = await Promise.all([TRUST, ALLOW, STATUS, WORDS].map(({ name }) => kept(name)));
  /** @type {HeldLists} */
  const lists = {
    root,
    rootChanged: changed,
    trust,
    allow,
    status,
    vocabulary: words?.value,
    trustList: null,
    allowList: null,
    statusList: null,
  };
  const editions = await newest();
  if (trust) {
    const atLeast = editions[TRUST.name];
    const read = await attempt(() => readTrustList(trust.bytes, pointOf(root), { atLeast }));
    lists.trustList = read.value ?? null;
    lists.trustProblem = read.problem;
  }
  if (allow) {
    const atLeast = editions[ALLOW.name];
    lists.allowList = (await attempt(() => readAllowList(allow.bytes, pointOf(root), { atLeast }))).value ?? null;
  }
  await readStatus(lists, now);
  return lists;
}

/**
 * The kept status list under the trust list of now: the key that signed it may have been compromised since.
 * @param {HeldLists} lists
 * @param {Date} now
 * @returns {Promise<void>}
 */
async function readStatus(lists, now) {
  if (!lists.status || !lists.trustList) return;
  const atLeast = (await newest())[STATUS.name];
  const read = await attempt(() => readStatusList(lists.status.bytes, lists.trustList, { now, atLeast }));
  lists.statusList = read.value ?? null;
}

/**
 * The bytes at an address of ours. One that neither answers nor breaks off (a hotel's network, a server that hangs) is none.
 * @param {{ name: string; address: string }} source
 * @param {AbortSignal} signal
 * @returns {Promise<Bytes>}
 */
async function fetched(source, signal) {
  let answer, bytes;
  try {
    // "no-cache" asks the server each time and costs a 304 when nothing is new.
    answer = await fetch(source.address, { cache: "no-cache", credentials: "omit", signal });
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw Object.assign(new Error("no network"), { code: "offline" });
  }
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { code: "unreachable" });
  return bytes;
}

/**
 * The edition that a fetched list must have at least: of what is held here, or what another page of this browser has kept.
 * @param {string} name
 * @param {number | undefined} held
 * @returns {Promise<number>}
 */
async function leastEdition(name, held) {
  return Math.max((await newest())[name] ?? 0, held ?? 0);
}

/**
 * Keep a list that was read. Throws a Refusal where another page has kept a newer one meanwhile.
 * @param {{ name: string }} source
 * @param {KeptList} row
 * @param {number} edition
 */
async function keepList({ name }, row, edition) {
  if (!(await keepNewest(name, row, edition))) throw new Refusal(`${name}_list_older`, { edition });
}

/**
 * @param {HeldLists} lists
 * @param {Date} now
 * @param {AbortSignal} signal
 */
async function refreshTrust(lists, now, signal) {
  const bytes = await fetched(TRUST, signal);
  const atLeast = await leastEdition(TRUST.name, lists.trustList?.sequence);
  const read = await readTrustList(bytes, pointOf(lists.root), { atLeast });
  const row = { bytes, fetchedAt: now.getTime() };
  await keepList(TRUST, row, read.sequence);
  lists.trustList = read;
  lists.trust = row;
  await readStatus(lists, now);
}

/**
 * @param {HeldLists} lists
 * @param {Date} now
 * @param {AbortSignal} signal
 */
async function refreshAllow(lists, now, signal) {
  const bytes = await fetched(ALLOW, signal);
  if (!bytes.length) return; // the service has none; one that is held stays as it is
  const atLeast = await leastEdition(ALLOW.name, lists.allowList?.sequence);
  const read = await readAllowList(bytes, pointOf(lists.root), { atLeast });
  const row = { bytes, fetchedAt: now.getTime() };
  await keepList(ALLOW, row, read.sequence);
  lists.allowList = read;
  lists.allow = row;
}

/**
 * @param {HeldLists} lists
 * @param {Date} now
 * @param {AbortSignal} signal
 */
async function refreshStatus(lists, now, signal) {
  const bytes = await fetched(STATUS, signal);
  if (!lists.trustList) throw Object.assign(new Error("no trust list"), { code: "offline" });
  const atLeast = await leastEdition(STATUS.name, lists.status?.issuedAt);
  const read = await readStatusList(bytes, lists.trustList, { now, atLeast });
  const row = { bytes, fetchedAt: now.getTime(), issuedAt: read.issuedAt };
  await keepList(STATUS, row, read.issuedAt);
  lists.statusList = read;
  lists.status = row;
}

/**
 * @param {HeldLists} lists
 * @param {Date} _now
 * @param {AbortSignal} signal
 */
async function refreshWords(lists, _now, signal) {
  const value = JSON.parse(new TextDecoder().decode(await fetched(WORDS, signal)));
  lists.vocabulary = value;
  await keep(WORDS.name, { value });
}

/**
 * Fetch what is newer and keep it. Resolves to the codes of what went wrong, each once; empty when all is fresh.
 * @param {HeldLists} lists
 * @param {Date} now
 * @returns {Promise<string[]>}
 */
export async function refresh(lists, now) {
  const problems = new Set();
  Object.assign(lists, await held(lists.root, now), { rootChanged: lists.rootChanged }); // another page may have newer ones
  const signal = AbortSignal.timeout(PATIENCE);
  for (const step of [refreshTrust, refreshAllow, refreshStatus, refreshWords]) {
    const done = await attempt(() => step(lists, now, signal));
    if (done.problem) problems.add(done.problem);
  }
  return [...problems];
}
