// @ts-check
// The trust list (docs/verifying/code-format.md, section 8): which keys may sign what, and when. Signed by an offline root key.

/** @import { Bytes, KeyPurpose, KeyState, TrustedKey, TrustList } from "./types.d.ts" */

import { isBetween, isBytes, isInteger, readCanonical } from "./canonical.js";
import { checkSignature, checkSignatureNumbers, importPoint, split, TRUST_LIST_AAD } from "./cose.js";
import { hex, Refusal } from "./refusal.js";

const FORMAT = 1;
/** @type {Record<string, KeyPurpose>} */
const PURPOSES = { 1: "licence", 2: "status", 3: "log" };
/** @type {Record<string, KeyState>} */
const STATES = { 1: "active", 2: "retired", 3: "compromised" };
const KID_BYTES = 2;
const MAX_NUMBER = 2 ** 32 - 1;
const MAX_SECONDS = Date.UTC(2200, 0, 1) / 1000;
const MAX_DAY = Date.UTC(9999, 11, 31) / 86_400_000 - 1;

/** @param {string} item */
const shape = (item) => new Refusal("trust_list_shape", { item });

/**
 * The trust list, if the root signed it: {sequence, issuedAt (seconds since 1970), hosts, keys}. `rootKey` is the root's
 * uncompressed point of 65 bytes, from elsewhere. A client passes the highest sequence it has seen as `atLeast`.
 * @param {Bytes} bytes
 * @param {Bytes} rootKey
 * @param {{ atLeast?: number }} [options]
 * @returns {Promise<TrustList>}
 */
export async function readTrustList(bytes, rootKey, { atLeast = 0 } = {}) {
  const root = await importPoint(rootKey);
  if (root === null) throw new TypeError("the root key is no point of P-256");
  const payload = await signedPayload(bytes, root);
  const trustList = await readItems(canonical(payload));
  if (trustList.sequence < atLeast) {
    throw new Refusal("trust_list_older", { sequence: trustList.sequence, newest: atLeast });
  }
  return trustList;
}

/**
 * @param {Bytes} bytes
 * @param {CryptoKey} root
 * @returns {Promise<Bytes>}
 */
async function signedPayload(bytes, root) {
  try {
    const parts = split(bytes);
    checkSignatureNumbers(parts.signature);
    await checkSignature(parts, TRUST_LIST_AAD, root);
    return parts.payload;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new Refusal("trust_list_signature", { because: refusal.code });
  }
}

/**
 * @param {Bytes} payload
 * @returns {any}
 */
function canonical(payload) {
  try {
    return readCanonical(payload);
  } catch {
    throw new Refusal("trust_list_not_canonical");
  }
}

/**
 * @param {unknown} items
 * @returns {Promise<TrustList>}
 */
async function readItems(items) {
  if (!Array.isArray(items)) throw shape("list");
  if (items.length && items[0] !== FORMAT) throw new Refusal("trust_list_format_unknown", { found: String(items[0]) });
  if (items.length !== 5) throw shape("list");
  const [, sequence, issuedAt, hosts, keys] = items;
  if (!isBetween(issuedAt, 0, MAX_SECONDS)) throw shape("issued_at");
  if (!isBetween(sequence, 0, MAX_NUMBER)) throw shape("sequence");
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === "string")) throw shape("hosts");
  if (!Array.isArray(keys)) throw shape("keys");
  const read = await readKeys(keys);
  return { sequence, issuedAt, hosts, keys: read };
}

/**
 * @param {unknown[]} keys
 * @returns {Promise<TrustedKey[]>}
 */
async function readKeys(keys) {
  const read = [];
  for (const key of keys) read.push(await readKey(key)); // in order, so that the first fault is the one that is said
  if (new Set(read.map(({ kid, purpose }) => `${kid} ${purpose}`)).size !== read.length) throw shape("kid");
  return read;
}

/**
 * @param {any} items
 * @returns {Promise<TrustedKey>}
 */
async function readKey(items) {
  if (!Array.isArray(items) || items.length !== 7) throw shape("key");
  const [kid, purpose, point, notBefore, signUntil, verifyUntil, state] = items;
  if (!isBytes(kid)) throw shape("kid");
  const publicKey = isBytes(point) ? await importPoint(point) : null;
  if (publicKey === null) throw shape("public_key");
  const work = nameOf(purpose, PURPOSES, "purpose");
  for (const day of [notBefore, signUntil, verifyUntil]) if (!isBetween(day, 0, MAX_DAY)) throw shape("dates");
  const standing = nameOf(state, STATES, "state");
  if (kid.length !== KID_BYTES) throw shape("kid");
  if (!(notBefore <= signUntil && signUntil <= verifyUntil)) throw shape("dates");
  return { kid: hex(kid), publicKey, notBefore, signUntil, verifyUntil, purpose: work, state: standing };
}

/**
 * @template T
 * @param {unknown} value
 * @param {Record<string, T>} names
 * @param {string} item
 * @returns {T}
 */
function nameOf(value, names, item) {
  if (!isInteger(value) || !Object.hasOwn(names, String(value))) throw shape(item);
  return names[String(value)];
}

/**
 * The key of that id and purpose, whatever its state and dates. A key is found by both: none does another's work.
 * @param {TrustList} trustList
 * @param {string} kid
 * @param {KeyPurpose} purpose
 * @returns {TrustedKey}
 */
export function findKey(trustList, kid, purpose) {
  const found = trustList.keys.find((key) => key.kid === kid && key.purpose === purpose);
  if (found) return found;
  const other = trustList.keys.find((key) => key.kid === kid);
  if (other) throw new Refusal("key_purpose", { kid, purpose: other.purpose });
  throw new Refusal("key_unknown", { kid, sequence: trustList.sequence });
}
