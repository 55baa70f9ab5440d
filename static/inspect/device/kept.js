// @ts-check
// Visits and their photographs at rest: sealed rows of a database of their own, which nothing but the server's
// confirmation or the inspector's own hand empties. Neither the end of the pack nor signing out does.

/** @import { Delivered, Visit } from "../visit/types.d.ts" */
/** @import { Bytes } from "../../pack/types.d.ts" */
/** @import { KeptVisits } from "./types.d.ts" */

import { cookieHalf, Unavailable, Vault } from "../../pack/vault.js";

const vault = new Vault("licence-qr-inspections", "licence-qr inspections 1");
const REMINDER_SECONDS = 90 * 24 * 60 * 60;
const utf8 = new TextEncoder();
const text = new TextDecoder();
/**
 * Halves this page has seen, by account: a visit on the screen is saved even when the cookie went meanwhile. They seal
 * only: what is kept is opened under the cookie of now, which signing out takes back in all windows.
 * @type {Map<string, string>}
 */
const seen = new Map();

/**
 * The number of the account whose key this browser holds now, or null.
 * @returns {string | null}
 */
export function owner() {
  const half = cookieHalf();
  if (half === null) return null;
  const number = half.split("-")[0];
  seen.set(number, half);
  return number;
}

/**
 * @param {string} number
 * @returns {string}
 */
function halfOf(number) {
  owner();
  const half = seen.get(number);
  if (!half) throw new Unavailable("signed_out");
  return half;
}

/**
 * @param {string} number
 * @returns {string}
 */
function halfToOpen(number) {
  if (owner() !== number) throw new Unavailable("signed_out");
  return seen.get(number);
}

/**
 * @param {string} id
 * @returns {string}
 */
const visitName = (id) => `visit/${id}`;
/**
 * @param {string} id
 * @param {string} sha256
 * @returns {string}
 */
const photoName = (id, sha256) => `photo/${id}/${sha256}`;

/**
 * @param {string} prefix
 * @returns {Promise<string[]>}
 */
function namesUnder(prefix) {
  return vault.inStore("readonly", (store) => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
}

/**
 * Keep a visit as it is now. Throws Unavailable "signed_out" where its owner's key was never here.
 * @param {Visit | Delivered} visit
 * @returns {Promise<void>}
 */
export async function keepVisit(visit) {
  const outside = { owner: visit.owner, state: visit.state, at: Date.now() };
  await vault.seal(visitName(visit.id), utf8.encode(JSON.stringify(visit)), halfOf(visit.owner), outside);
  await remind();
}

/**
 * @param {string} name
 * @param {any} row
 * @returns {Promise<Visit | Delivered>}
 */
async function opened(name, row) {
  return JSON.parse(text.decode(await vault.unseal(name, row, halfToOpen(row.owner))));
}

/**
 * The visit, or undefined. Throws Unavailable when it cannot be opened now.
 * @param {string} id
 * @returns {Promise<Visit | Delivered | undefined>}
 */
export async function heldVisit(id) {
  const row = await vault.read(visitName(id));
  return row && opened(visitName(id), row);
}

/**
 * What is on this device: {visits, locked, unreadable}. `visits` are those of the account whose key is here; `locked`
 * counts unsent ones that need another key; `unreadable` those that the right key does not open.
 * @returns {Promise<KeptVisits>}
 */
export async function everything() {
  const mine = owner();
  /** @type {KeptVisits} */
  const found = { visits: [], locked: 0, unreadable: 0 };
  for (const name of await namesUnder("visit/")) {
    const row = await vault.read(name);
    if (!row) continue;
    if (row.owner !== mine) found.locked += row.state === "sent" ? 0 : 1;
    else
      await opened(name, row).then(
        (visit) => found.visits.push(visit),
        () => (found.unreadable += 1),
      );
  }
  return found;
}

/**
 * Delete a visit and its photographs. Only for what was confirmed, or what the inspector herself throws away.
 * @param {string} id
 * @returns {Promise<void>}
 */
export async function dropVisit(id) {
  await dropPhotos(id);
  await vault.remove(visitName(id));
  await remind();
}

/**
 * Delete the photographs of a visit, but for those whose hash is among `kept`.
 * @param {string} id
 * @param {string[]} [kept]
 * @returns {Promise<void>}
 */
export async function dropPhotos(id, kept = []) {
  const names = await namesUnder(`photo/${id}/`);
  for (const name of names) if (!kept.some((sum) => name === photoName(id, sum))) await vault.remove(name);
}

/**
 * Keep the bytes of a photograph.
 * @param {Visit} visit
 * @param {string} sha256
 * @param {Bytes} bytes
 * @returns {Promise<void>}
 */
export function keepPhoto(visit, sha256, bytes) {
  return vault.seal(photoName(visit.id, sha256), bytes, halfOf(visit.owner), { owner: visit.owner });
}

/**
 * The bytes of a photograph. Throws Unavailable.
 * @param {Visit} visit
 * @param {string} sha256
 * @returns {Promise<Bytes>}
 */
export async function heldPhoto(visit, sha256) {
  const row = await vault.read(photoName(visit.id, sha256));
  if (!row) throw new Unavailable("none");
  return vault.unseal(photoName(visit.id, sha256), row, halfToOpen(row.owner));
}

/**
 * Delete one photograph.
 * @param {Visit} visit
 * @param {string} sha256
 * @returns {Promise<void>}
 */
export function dropPhoto(visit, sha256) {
  return vault.remove(photoName(visit.id, sha256));
}

/**
 * How many unsent visits of an account are here.
 * @param {string} number
 * @returns {Promise<number>}
 */
async function unsentOf(number) {
  let count = 0;
  for (const name of await namesUnder("visit/")) {
    const row = await vault.read(name);
    if (row?.owner === number && row.state !== "sent") count += 1;
  }
  return count;
}

// The server cannot see what is here; by this cookie it knows to ask before signing somebody out.
async function remind() {
  const number = owner();
  if (number === null) return;
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  const count = await unsentOf(number);
  const age = count ? REMINDER_SECONDS : 0;
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser that this page runs in
  document.cookie = `${prefix}unsent-inspections=${number}-${count}; Max-Age=${age}; Path=/; SameSite=Strict${secure}`;
}

/**
 * How many visits on this device were not sent, whoever they belong to: told without any key.
 * @returns {Promise<number>}
 */
export async function countUnsent() {
  let count = 0;
  for (const name of await namesUnder("visit/")) count += (await vault.read(name))?.state === "sent" ? 0 : 1;
  return count;
}

/** Delete what is left of visits that were delivered: their receipts. */
export async function dropSent() {
  for (const name of await namesUnder("visit/")) {
    if ((await vault.read(name))?.state === "sent") await dropVisit(name.slice("visit/".length));
  }
}
