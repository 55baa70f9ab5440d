// The signed lists: what the device holds, and newer ones from the network. A list is believed when its signature holds
// under the root that was pinned at the first visit, and kept only when it is not older than the one that is kept.

import { readStatusList, readTrustList } from "./verifier.js";
import { keep, kept } from "./page_store.js";

const TRUST = { name: "trust", address: "/trust-list" };
const STATUS = { name: "status", address: "/status-list" };
const WORDS = { name: "vocabulary", address: "/vocabulary.json" };

function pointOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** What a step of reading or fetching said: a refusal's code, or "offline" when there was no answer at all. */
function reason(error) {
  return error?.code ?? "unreadable";
}

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
 */
async function pinned(offered) {
  const held = await kept("root");
  if (held) return { root: held, changed: held !== offered };
  await keep("root", offered);
  return { root: offered, changed: false };
}

async function readKept(now) {
  const [trust, status, words] = await Promise.all([kept(TRUST.name), kept(STATUS.name), kept(WORDS.name)]);
  return { trust, status, vocabulary: words?.value, now };
}

/** Lists that the device holds, read anew: {root, rootChanged, trust, trustList, status, statusList, vocabulary}. */
export async function held(offeredRoot, now) {
  const { root, changed } = await pinned(offeredRoot);
  const { trust, status, vocabulary } = await readKept(now);
  const lists = { root, rootChanged: changed, trust, status, vocabulary, trustList: null, statusList: null };
  if (trust) {
    const read = await attempt(() => readTrustList(trust.bytes, pointOf(root), {}));
    lists.trustList = read.value ?? null;
    lists.trustProblem = read.problem;
  }
  if (status && lists.trustList) {
    const read = await attempt(() => readStatusList(status.bytes, lists.trustList, { now }));
    lists.statusList = read.value ?? null;
    lists.statusProblem = read.problem;
  }
  return lists;
}

async function fetched(source) {
  let answer;
  try {
    // "no-cache" asks the server each time and costs a 304 when nothing is new.
    answer = await fetch(source.address, { cache: "no-cache", credentials: "omit" });
  } catch {
    throw Object.assign(new Error("no network"), { code: "offline" });
  }
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { code: "unreachable" });
  return answer;
}

async function refreshTrust(lists, now) {
  const bytes = new Uint8Array(await (await fetched(TRUST)).arrayBuffer());
  const atLeast = lists.trustList?.sequence ?? 0;
  lists.trustList = await readTrustList(bytes, pointOf(lists.root), { atLeast });
  lists.trust = { bytes, fetchedAt: now.getTime() };
  await keep(TRUST.name, lists.trust);
}

async function refreshStatus(lists, now) {
  const bytes = new Uint8Array(await (await fetched(STATUS)).arrayBuffer());
  if (!lists.trustList) throw Object.assign(new Error("no trust list"), { code: "offline" });
  const statusList = await readStatusList(bytes, lists.trustList, { now, atLeast: lists.status?.issuedAt ?? 0 });
  lists.statusList = statusList;
  lists.status = { bytes, fetchedAt: now.getTime(), issuedAt: issueSeconds(statusList) };
  lists.statusProblem = undefined;
  await keep(STATUS.name, lists.status);
}

async function refreshWords(lists) {
  const value = await (await fetched(WORDS)).json();
  lists.vocabulary = value;
  await keep(WORDS.name, { value });
}

/** Fetch what is newer and keep it. Resolves to the codes of what went wrong, each once; empty when all is fresh. */
export async function refresh(lists, now) {
  const problems = new Set();
  for (const step of [refreshTrust, refreshStatus, refreshWords]) {
    const done = await attempt(() => step(lists, now));
    if (done.problem) problems.add(done.problem);
  }
  return [...problems];
}

/** Seconds since 1970 at which a status list was issued. */
export function issueSeconds(statusList) {
  return statusList.issuedAt;
}
