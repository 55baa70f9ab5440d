// @ts-check
// Sending what waits: each visit as the bytes it was finished into, then its photographs one by one. Every step may be
// repeated. A visit leaves this device only when the server has named the hash of exactly those bytes and lacks nothing.

/** @import { Receipt, Visit } from "../visit/types.d.ts" */
/** @import { SendOutcome, SendStep, Session } from "./types.d.ts" */

import { t } from "../../ui/words.js";
import { delivered, instant } from "../visit/visit.js";
import { dropPhotos, everything, heldPhoto, heldVisit, keepVisit } from "./kept.js";
import { exclusiveLock } from "./lock.js";

const LOCK = "licence-qr-sending";
const PATIENCE = 120_000; // a large photograph over a slow line

/** Why something was not sent: `what` and `todo` in words; `stop` when there is no use in going on with the others. */
export class NotSent extends Error {
  /**
   * @param {string} code
   * @param {string} what
   * @param {{ todo?: string; stop?: boolean }} [more]
   */
  constructor(code, what, { todo = "", stop = false } = {}) {
    super(code);
    this.code = code;
    this.what = what;
    this.todo = todo;
    this.stop = stop;
  }
}

// Refusals of a photograph that sending it again does not change.
const NO_PHOTO = ["photo_unreadable", "photo_type", "photo_too_large"];

/** Refusals of a text, after which nothing was stored: the officer may put it right, and trying again changes nothing. */
export const REFUSED_TEXT = ["inspection_unreadable", "inspection_too_large"];

const SIGN_IN = () => new NotSent("sign_in_needed", t("要登录后才能发送。", "Sign in to send."), { stop: true });

const BUSY = () =>
  new NotSent("open_elsewhere", t("检查还在另一个窗口中打开着。", "The inspection is still open in another window."));

const OFFLINE = () =>
  new NotSent("offline", t("没有网络，检查留在本机。", "There is no network. The inspections stay on this device."), {
    stop: true,
  });

/**
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function asked(address, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  // "manual": where a session is over, the answer may lead to the sign-in page, which is no receipt.
  /** @type {RequestInit} */
  const how = { ...options, headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch(address, how).catch(() => Promise.reject(OFFLINE()));
  if (answer.type === "opaqueredirect") throw SIGN_IN();
  if (!answer.ok) throw await refusal(answer);
  return answer.json().catch(() => Promise.reject(OFFLINE())); // an answer that broke off is none
}

/**
 * @param {Response} answer
 * @returns {Promise<NotSent>}
 */
async function refusal(answer) {
  const told = await answer.json().catch(() => ({}));
  const code = told.code ?? `http_${answer.status}`;
  if (code === "sign_in_needed") return SIGN_IN();
  const what =
    told.title ?? t(`服务器没有接收（${answer.status}）。`, `The server did not accept it (${answer.status}).`);
  // Of its own troubles (5xx) and of who is signed in (403), the next visit would hear the same.
  return new NotSent(code, what, { todo: told.detail ?? "", stop: answer.status >= 500 || answer.status === 403 });
}

/**
 * Ask for a token until it holds: it belongs to the session, which may have changed since.
 * @param {Session} session
 * @param {string} address
 * @param {BodyInit} body
 * @param {Record<string, string>} headers
 * @returns {Promise<Receipt>}
 */
async function put(session, address, body, headers) {
  for (let first = true; ; first = false) {
    try {
      return await asked(address, { method: "PUT", body, headers: { ...headers, "X-CSRFToken": session.csrf } });
    } catch (error) {
      if (!first || !["csrf", "http_400"].includes(error.code)) throw error;
      Object.assign(session, await asked("/inspect/sync"));
    }
  }
}

/**
 * @param {Visit} visit
 * @param {string} sha256
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function photo(visit, sha256) {
  const gone = () =>
    new NotSent(
      "photo_gone",
      t(
        "本机的一张照片打不开，检查留在本机。",
        "A photo on this device cannot be opened. The inspection stays on this device.",
      ),
    );
  return heldPhoto(visit, sha256).catch(() => Promise.reject(gone()));
}

/**
 * @param {Session} session
 * @param {Visit} visit
 * @param {Receipt} receipt
 * @param {(step: SendStep) => void} say
 * @returns {Promise<Receipt>}
 */
async function sendPhotos(session, visit, receipt, say) {
  const missing = receipt.photos_missing;
  for (const [n, sha256] of missing.entries()) {
    say({ visit, photo: n + 1, photos: missing.length });
    const { type } = visit.photos.find((photo) => photo.sha256 === sha256);
    const address = `/inspect/sync/${visit.id}/${visit.hash}/photos/${sha256}`;
    receipt = await put(session, address, await photo(visit, sha256), { "Content-Type": type }).catch((error) => {
      if (!NO_PHOTO.includes(error.code)) throw error;
      return asked(`/inspect/sync/${visit.id}/${visit.hash}`); // which now names it among the refused
    });
  }
  return receipt;
}

/**
 * @param {Session} session
 * @param {Visit} visit
 * @param {(step: SendStep) => void} say
 * @returns {Promise<void>}
 */
async function sendVisit(session, visit, say) {
  const headers = { "Content-Type": "application/json", "X-Device-Time": instant(new Date()) };
  say({ visit, photo: 0, photos: visit.photos.length });
  const first = await put(session, `/inspect/sync/${visit.id}`, visit.content, headers);
  const receipt = await sendPhotos(session, visit, first, say);
  if (receipt.content_sha256 !== visit.hash || !receipt.complete) {
    throw new NotSent(
      "not_confirmed",
      t(
        "服务器还没有确认收齐，检查留在本机。",
        "The server has not confirmed that it received everything. The inspection stays on this device.",
      ),
    );
  }
  // The receipt first, then the photographs: stopped in between, nothing that is still needed is gone.
  await keepVisit(delivered(visit, receipt));
  await dropPhotos(
    visit.id,
    receipt.photos_refused.map(([sum]) => sum),
  );
}

/**
 * @param {Visit} visit
 * @param {NotSent} error
 * @returns {Promise<void>}
 */
async function note(visit, error) {
  const problem = { code: error.code, what: error.what, todo: error.todo, at: instant(new Date()) };
  await keepVisit({ ...visit, problem });
}

/**
 * Send one as it is kept now, "sent"; "gone" where it waits no more: since it was listed, it may have been opened again.
 * @param {Session} session
 * @param {string} id
 * @param {(step: SendStep) => void} say
 * @returns {Promise<"sent" | "gone" | NotSent>}
 */
async function sendKept(session, id, say) {
  const visit = await heldVisit(id);
  if (visit?.state !== "finished") return "gone";
  try {
    await sendVisit(session, visit, say);
    return "sent";
  } catch (error) {
    if (!(error instanceof NotSent) || error.stop) throw error;
    await note(visit, error);
    return error;
  }
}

/**
 * @param {Session} session
 * @param {Visit[]} waiting
 * @param {(step: SendStep) => void} say
 * @param {SendOutcome} told
 * @returns {Promise<void>}
 */
async function sendEach(session, waiting, say, told) {
  for (const [n, { id }] of waiting.entries()) {
    /** @type {(step: SendStep) => void} */
    const saying = (step) => say({ ...step, number: n + 1, of: waiting.length });
    const outcome = (await exclusiveLock(id, () => sendKept(session, id, saying))) ?? BUSY();
    if (outcome instanceof NotSent) told.problem = outcome;
    else told.left -= 1;
    if (outcome === "sent") told.sent += 1;
  }
}

/**
 * @param {(step: SendStep) => void} say
 * @param {boolean} again
 * @returns {Promise<SendOutcome>}
 */
async function sendOut(say, again) {
  const { visits } = await everything();
  const finished = /** @type {Visit[]} */ (visits.filter(({ state }) => state === "finished"));
  const waiting = finished.filter(({ problem }) => again || !REFUSED_TEXT.includes(problem?.code));
  /** @type {SendOutcome} */
  const told = { sent: 0, left: waiting.length, problem: null };
  if (!waiting.length) return told;
  try {
    await sendEach(await asked("/inspect/sync"), waiting, say, told);
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    told.problem = error;
  }
  return told;
}

/**
 * Send all that is finished: {sent, left, problem}; `say` hears of each step. With `again` also what was refused before.
 * Null when another page of this browser is sending already.
 * @param {(step: SendStep) => void} say
 * @param {{ again: boolean }} how
 * @returns {Promise<SendOutcome | null>}
 */
export function sendAll(say, { again }) {
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendOut(say, again) : null));
}

/**
 * Have the key of whoever is signed in: "here", "signed_out" or "offline".
 * @returns {Promise<"here" | "signed_out" | "offline">}
 */
export async function fetchKey() {
  try {
    await asked("/inspect/key");
    return "here";
  } catch (error) {
    return error.code === "offline" ? "offline" : "signed_out";
  }
}
