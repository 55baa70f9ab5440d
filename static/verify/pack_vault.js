// The inspector's pack at rest: IndexedDB rows under AES-GCM (NIST SP 800-38D). The key comes from two halves by HKDF
// (RFC 5869): one is kept beside the rows and cannot be exported even by scripts, the other is a cookie that signing out
// takes back. What this protects against and what not: docs/inspectors-pack.md.

const DATABASE = "licence-qr-pack";
const STORE = "rows";
const BASE = "base"; // the half that is kept here
const GONE = "gone"; // why the last pack is no more, to be said until there is a new one
// A clock that stands before the moment a row was made was set back, by more than clocks correct themselves.
const CLOCK_LEEWAY = 5 * 60 * 1000;

/** Why a row cannot be read: "none", "expired", "clock", "signed_out" or "unreadable". */
export class Unavailable extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Opened for each act and closed after it: no page keeps another one from deleting.
async function inStore(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await settled(act(transaction.objectStore(STORE)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

const read = (name) => inStore("readonly", (store) => store.get(name));
const write = (name, value) => inStore("readwrite", (store) => store.put(value, name));

function cookieHalf() {
  return /(?:^|; )(?:__Host-)?pack-key=([0-9a-z-]+)/.exec(document.cookie)?.[1] ?? null;
}

const utf8 = new TextEncoder();

async function keptHalf() {
  const kept = await read(BASE);
  if (kept) return kept;
  const random = crypto.getRandomValues(new Uint8Array(32));
  const made = await crypto.subtle.importKey("raw", random, "HKDF", false, ["deriveKey"]);
  await write(BASE, made);
  return made;
}

async function wholeKey(half) {
  const how = { name: "HKDF", hash: "SHA-256", salt: utf8.encode(half), info: utf8.encode("licence-qr pack 1") };
  return crypto.subtle.deriveKey(how, await keptHalf(), { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// The times stand outside, so that what is over can be refused unread; bound in, so that nobody can prolong them.
const gcm = (name, { iv, madeAt, until }) => ({ name: "AES-GCM", iv, additionalData: utf8.encode(`${name} ${madeAt} ${until}`) });

/** Encrypt `bytes` and keep them under `name` until the instant `until`. Throws Unavailable "signed_out". */
export async function seal(name, bytes, now, until) {
  const half = cookieHalf();
  if (!half) throw new Unavailable("signed_out");
  const row = { iv: crypto.getRandomValues(new Uint8Array(12)), madeAt: now.getTime(), until: until.getTime() };
  row.box = await crypto.subtle.encrypt(gcm(name, row), await wholeKey(half), bytes);
  await write(name, row);
}

/** {bytes, madeAt, until} of a row. Throws Unavailable; never gives out what is over at `now`. */
export async function open(name, now) {
  const row = await read(name);
  if (!row) throw new Unavailable("none");
  if (now.getTime() >= row.until) throw new Unavailable("expired");
  if (now.getTime() < row.madeAt - CLOCK_LEEWAY) throw new Unavailable("clock");
  const half = cookieHalf();
  if (!half) throw new Unavailable("signed_out");
  try {
    const bytes = await crypto.subtle.decrypt(gcm(name, row), await wholeKey(half), row.box);
    return { bytes: new Uint8Array(bytes), madeAt: new Date(row.madeAt), until: new Date(row.until) };
  } catch {
    throw new Unavailable("unreadable");
  }
}

/** Delete everything. With a `reason`, `whyGone` gives it until a new pack is there. */
export async function wipe(reason) {
  await inStore("readwrite", (store) => store.clear());
  if (reason) await write(GONE, reason);
}

/** Why the last pack was deleted, or undefined. */
export function whyGone() {
  return read(GONE);
}

/** A new pack is there: what became of the last one is no longer said. */
export function forgetWhy() {
  return inStore("readwrite", (store) => store.delete(GONE));
}
