// @ts-check
// The allow-list: which codes of a compromised key were registered before it was compromised, and so stay good. Signed by
// the root; it holds the first 16 bytes of SHA-256 of each token.

/** @import { AllowedKey, AllowList, Bytes } from "./types.d.ts" */

import { isBetween, isBytes, isInteger, readCanonical } from "./canonical.js";
import { ALLOW_LIST_AAD, checkSignature, checkSignatureNumbers, importPoint, split } from "./cose.js";
import { hex, Refusal } from "./refusal.js";

const FORMAT = 1;
const ENTRY_BYTES = 16;
const KID_BYTES = 2;
const MAX_NUMBER = 2 ** 32 - 1;
const MAX_SECONDS = Date.UTC(2200, 0, 1) / 1000;

/** @param {string} item */
const shape = (item) => new Refusal("allow_list_shape", { item });

/**
 * The allow-list, if the root signed it: {sequence, issuedAt, keys}. `rootKey` is the root's uncompressed point of 65 bytes.
 * A client passes the highest sequence it has seen as `atLeast`.
 * @param {Bytes} bytes
 * @param {Bytes} rootKey
 * @param {{ atLeast?: number }} [options]
 * @returns {Promise<AllowList>}
 */
export async function readAllowList(bytes, rootKey, { atLeast = 0 } = {}) {
  const root = await importPoint(rootKey);
  if (root === null) throw new TypeError("the root key is no point of P-256");
  const [head, blocks] = listOf(canonical(bytes), 2, "list");
  const payload = await signedPayload(head, root);
  const list = await readItems(canonical(payload), blocks);
  if (list.sequence < atLeast) throw new Refusal("allow_list_older", { sequence: list.sequence, newest: atLeast });
  return list;
}

/**
 * @param {unknown} head
 * @param {CryptoKey} root
 * @returns {Promise<Bytes>}
 */
async function signedPayload(head, root) {
  try {
    const parts = split(bytesOf(head, "head"));
    checkSignatureNumbers(parts.signature);
    await checkSignature(parts, ALLOW_LIST_AAD, root);
    return parts.payload;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new Refusal("allow_list_signature", { because: refusal.code });
  }
}

/**
 * @param {Bytes} data
 * @returns {any}
 */
function canonical(data) {
  try {
    return readCanonical(data);
  } catch {
    throw new Refusal("allow_list_not_canonical");
  }
}

/**
 * @param {unknown} items
 * @param {unknown} blocks
 * @returns {Promise<AllowList>}
 */
async function readItems(items, blocks) {
  if (!Array.isArray(blocks)) throw shape("entries");
  if (!Array.isArray(items)) throw shape("list");
  if (items.length && items[0] !== FORMAT) throw new Refusal("allow_list_format_unknown", { found: String(items[0]) });
  const [, sequence, issuedAt, heads] = listOf(items, 4, "list");
  const keys = [];
  for (const [at, head] of listOf(heads, blocks.length, "keys").entries()) keys.push(await readKey(head, blocks[at]));
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw shape("keys");
  if (!isBetween(sequence, 0, MAX_NUMBER)) throw shape("sequence");
  return { sequence, issuedAt: instant(issuedAt, "issued_at"), keys };
}

/**
 * @param {unknown} head
 * @param {any} entries
 * @returns {Promise<AllowedKey>}
 */
async function readKey(head, entries) {
  const [kid, since, count, digest] = listOf(head, 4, "key");
  if (bytesOf(kid, "kid").length !== KID_BYTES) throw shape("kid");
  if (!isInteger(count)) throw shape("count");
  const found = await sha256(bytesOf(entries, "entries"));
  const same = isBytes(digest) && hex(found) === hex(digest);
  if (!same || entries.length !== count * ENTRY_BYTES) throw new Refusal("allow_list_entries", { kid: hex(kid) });
  return { kid: hex(kid), since: instant(since, "since"), entries };
}

/**
 * @param {unknown} value
 * @param {number} length
 * @param {string} item
 * @returns {any[]}
 */
function listOf(value, length, item) {
  if (!Array.isArray(value) || value.length !== length) throw shape(item);
  return value;
}

/**
 * @param {any} value
 * @param {string} item
 * @returns {Bytes}
 */
function bytesOf(value, item) {
  if (!isBytes(value)) throw shape(item);
  return value;
}

/**
 * @param {unknown} seconds
 * @param {string} item
 * @returns {number}
 */
function instant(seconds, item) {
  if (!isBetween(seconds, 0, MAX_SECONDS)) throw shape(item);
  return seconds;
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>}
 */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * Whether `token`, whose signature by `kid` (hexadecimal) holds, stays good although that key is compromised.
 * @param {AllowList | null} allowList
 * @param {string} kid
 * @param {Bytes} token
 * @returns {Promise<boolean>}
 */
export async function allows(allowList, kid, token) {
  const key = allowList?.keys.find((named) => named.kid === kid);
  if (!key) return false;
  const wanted = hex((await sha256(token)).subarray(0, ENTRY_BYTES));
  let [low, high] = [0, key.entries.length / ENTRY_BYTES];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (entryAt(key, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return entryAt(key, low) === wanted;
}

/**
 * @param {AllowedKey} key
 * @param {number} place
 * @returns {string}
 */
function entryAt(key, place) {
  return hex(key.entries.subarray(place * ENTRY_BYTES, (place + 1) * ENTRY_BYTES));
}
