// @ts-check
// The lists and the copy of the page that this device keeps: read, renewed as time passes, and what is said of them.

/** @import { Keeping, Reading } from "../device/types.d.ts" */
/** @import { HeldLists } from "../lists/types.d.ts" */

import { clockWords } from "../device/clock_words.js";
import { keepPages, lookForNewer } from "../device/installed.js";
import { askLasting, isLasting } from "../device/lasting.js";
import { asTimePasses } from "../device/passing.js";
import { held, timeOf } from "../lists/lists.js";
import { refresh } from "../lists/refresh.js";
import { forget } from "../lists/store.js";
import { both, byId, element } from "../ui/elements.js";
import { t } from "../ui/words.js";
import { shanghaiDay } from "../verifier/refusal.js";
import { renew } from "./ages.js";
import { copyWords, lastingWords, listAge, noticeWords, problemWords } from "./list_words.js";

const ROOT = document.querySelector("main").dataset.root;
const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;

/** @type {HeldLists} */
let lists;
/** @type {Promise<string[]> | null} */
let refreshing = null;
/** @type {Keeping | null} */
let keeping = null; // null: on its way
let fetchedAt = 0; // when the network was asked last, in milliseconds since 1970 as far as that is known
let newer = false; // a new version of the page has taken over behind the one on the screen
/** @type {() => Promise<unknown>} */
let judgeAgain = async () => {};

/**
 * The lists, and what time it is by all that is known.
 * @returns {{ lists: HeldLists; time: Reading }}
 */
export const known = () => ({ lists, time: timeOf(lists) });

const now = () => timeOf(lists).now.getTime();

function showKept() {
  const time = timeOf(lists);
  renew(byId("trust-age"), listAge(lists.trust, lists.trustList, time));
  renew(byId("status-age"), listAge(lists.status, lists.statusList, time));
  byId("copy-kept").textContent = copyWords(keeping);
}

async function showLasting() {
  byId("lasting").textContent = lists.trust ? lastingWords(await isLasting()) : "";
}

function showNotices() {
  if (!lists || (refreshing && !lists.trust)) return; // on the way, so not to be called missing yet
  const said = noticeWords(lists, keeping, clockWords(timeOf(lists)));
  const notes = said.map((text) => element("p", "note", text));
  renew(byId("notices"), newer ? [...notes, newVersionNote()] : notes);
}

function newVersionNote() {
  const button = element("button", "button", ...both("换用新版本", "Use the new version"));
  button.addEventListener("click", () => location.reload());
  return element("p", "note", t("本页有新版本。", "A new version of this page is available. "), button);
}

/** Bring everything that is on the screen up to this moment. */
async function showNow() {
  showKept();
  showNotices();
  await judgeAgain();
}

async function refreshNow() {
  fetchedAt = now();
  refreshing ??= refresh(lists);
  const problems = await refreshing;
  refreshing = null;
  fetchedAt = now(); // by the server's clock, once it was asked
  await Promise.all([showNow(), showLasting()]);
  return problems;
}

async function refreshAndSay() {
  byId("refreshed").textContent = t("正在更新…", "Updating…");
  byId("refreshed").textContent = problemWords(await refreshNow());
}

async function keepCopy() {
  keeping = await keepPages();
  showKept();
  showNotices();
}

/** By itself: newer lists, a newer version of the page, or the copy that could not be kept before. */
function freshen() {
  if (keeping === "kept") lookForNewer();
  else if (keeping !== null) keepCopy();
  return refreshNow();
}

/**
 * Whether something came to its end between two moments: the day in Shanghai, or what the status list is good for.
 * @param {number} from
 * @param {number} to
 * @returns {boolean}
 */
function turned(from, to) {
  if (shanghaiDay(new Date(from)) !== shanghaiDay(new Date(to))) return true;
  if (!lists.statusList) return false;
  const { issuedAt, ttl, expiresAt } = lists.statusList;
  return [issuedAt + ttl, expiresAt].some((end) => from < end * 1000 && end * 1000 <= to);
}

async function minutePassed() {
  const [from, to] = [fetchedAt, now()];
  if (Math.abs(to - from) >= HALF_HOUR || turned(from, to)) await freshen();
  else await showNow();
}

async function cameBack() {
  // Decided before anything is waited for: one return is told of by several events. A clock that was set is time as well.
  const fetching = Math.abs(now() - fetchedAt) >= MINUTE ? freshen() : null;
  await showNow();
  await fetching;
}

async function askForRoom() {
  if (!lists.trust) return;
  byId("app").removeEventListener("click", askForRoom);
  await askLasting();
  await showLasting();
}

/** A newer version has taken over: it is shown at once, or offered where `reading` says that something is being read. */
export function newVersion(/** @type {boolean} */ reading) {
  if (!reading) {
    location.reload();
    return;
  }
  newer = true; // never under somebody's eyes: what is on the screen stays until it was read
  showNotices();
}

/**
 * Read what the device keeps, and show it.
 * @returns {Promise<void>}
 */
export async function readLists() {
  lists = await held(ROOT);
  fetchedAt = now();
  showKept();
  if (lists.trust) showNotices();
}

/**
 * Keep the copy, fetch the lists, and go on with both for as long as the page is open. `judged` judges anew what is on the screen.
 * @param {() => Promise<unknown>} judged
 * @returns {Promise<void>}
 */
export async function keepFresh(judged) {
  judgeAgain = judged;
  byId("refresh").addEventListener("click", refreshAndSay);
  byId("forget").addEventListener("click", async () => {
    await forget();
    lists = await held(ROOT);
    await Promise.all([showNow(), showLasting()]);
    byId("refreshed").textContent = t("本机保存的名单已清除。", "The lists stored on this device have been cleared.");
  });
  byId("app").addEventListener("click", askForRoom);
  addEventListener("online", freshen);
  asTimePasses({ minute: minutePassed, back: cameBack });
  keepCopy();
  await refreshAndSay();
}
