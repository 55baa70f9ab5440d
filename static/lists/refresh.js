// @ts-check
// Newer lists from the network, and with them the server's clock. None replaces a newer one, whatever its source.

/** @import { HeldLists, KeptList } from "./types.d.ts" */
/** @import { Measured } from "../device/types.d.ts" */
/** @import { Bytes } from "../verifier/types.d.ts" */

import { measured } from "../device/clock.js";
import { Refusal } from "../verifier/refusal.js";
import { readAllowList, readTrustList } from "../verifier/verifier.js";
import {
  ALLOW,
  attempt,
  CLOCK,
  held,
  pointOf,
  readStatus,
  STATUS,
  statusListIn,
  TRUST,
  timeOf,
  WORDS,
} from "./lists.js";
import { keep, keepNewest, newest } from "./store.js";

const PATIENCE = 30_000; // for all lists together: some tens of kilobytes

/**
 * The bytes at an address of ours, and the clock beside the server's. An address that neither answers nor breaks off (a
 * hotel's network, a server that hangs) gives none.
 * @param {string} address
 * @param {AbortSignal} signal
 * @param {RequestCache} [cache] "no-cache" asks the server each time and costs a 304 when nothing is new
 * @returns {Promise<{ bytes: Bytes; clocks: Measured | null }>}
 */
async function fetched(address, signal, cache = "no-cache") {
  let answer, bytes, clocks;
  try {
    const asked = performance.now();
    answer = await fetch(address, { cache, credentials: "omit", signal });
    clocks = measured(answer, performance.now() - asked);
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw Object.assign(new Error("no network"), { code: "offline" });
  }
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { code: "unreachable" });
  return { bytes, clocks };
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
 * @param {string} name
 * @param {KeptList} row
 * @param {number} edition
 */
async function keepList(name, row, edition) {
  if (!(await keepNewest(name, row, edition))) throw new Refusal(`${name}_list_older`, { edition });
}

/**
 * The trust list, whole each time: it is small, and no browser's cache then stands between the two clocks.
 * @param {HeldLists} lists
 * @param {AbortSignal} signal
 */
async function refreshTrust(lists, signal) {
  const { bytes, clocks } = await fetched("/trust-list", signal, "no-store");
  const atLeast = await leastEdition(TRUST, lists.trustList?.sequence);
  const read = await readTrustList(bytes, pointOf(lists.root), { atLeast });
  if (clocks) {
    lists.measured = clocks; // of an answer with our root's list in it, so of no other server
    await keep(CLOCK, clocks);
  }
  const row = { bytes, fetchedAt: timeOf(lists).now.getTime() };
  await keepList(TRUST, row, read.sequence);
  lists.trustList = read;
  lists.trust = row;
  await readStatus(lists);
}

/**
 * @param {HeldLists} lists
 * @param {AbortSignal} signal
 */
async function refreshAllow(lists, signal) {
  const { bytes } = await fetched("/allow-list", signal);
  if (!bytes.length) return; // the service has none, as most; one that is held stays as it is
  const atLeast = await leastEdition(ALLOW, lists.allowList?.sequence);
  const read = await readAllowList(bytes, pointOf(lists.root), { atLeast });
  const row = { bytes, fetchedAt: timeOf(lists).now.getTime() };
  await keepList(ALLOW, row, read.sequence);
  lists.allowList = read;
  lists.allow = row;
}

/**
 * @param {HeldLists} lists
 * @param {AbortSignal} signal
 */
async function refreshStatus(lists, signal) {
  const { bytes } = await fetched("/status-list", signal);
  if (!lists.trustList) throw Object.assign(new Error("no trust list"), { code: "offline" });
  const atLeast = await leastEdition(STATUS, lists.status?.issuedAt);
  const read = await statusListIn(lists, bytes, atLeast);
  const row = { bytes, fetchedAt: timeOf(lists).now.getTime(), issuedAt: read.issuedAt };
  await keepList(STATUS, row, read.issuedAt);
  lists.statusList = read;
  lists.status = row;
}

/**
 * @param {HeldLists} lists
 * @param {AbortSignal} signal
 */
async function refreshWords(lists, signal) {
  const value = JSON.parse(new TextDecoder().decode((await fetched("/vocabulary.json", signal)).bytes));
  lists.vocabulary = value;
  await keep(WORDS, { value });
}

/**
 * Fetch what is newer and keep it. Resolves to the codes of what went wrong, each once; empty when all is fresh.
 * @param {HeldLists} lists
 * @returns {Promise<string[]>}
 */
export async function refresh(lists) {
  const problems = new Set();
  Object.assign(lists, await held(lists.root), { rootChanged: lists.rootChanged }); // another page may have newer ones
  const signal = AbortSignal.timeout(PATIENCE);
  for (const step of [refreshTrust, refreshAllow, refreshStatus, refreshWords]) {
    const done = await attempt(() => step(lists, signal));
    if (done.problem) problems.add(done.problem);
  }
  return [...problems];
}
