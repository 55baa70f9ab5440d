// @ts-check
// The status list (docs/verifying/status-list.md): two bits for every print and permit, as the register had them at one instant. A
// CWT (RFC 8392) after the IETF's Token Status List, in an envelope of exactly one shape.

/** @import { Bytes, Claims, Refused, Status, StatusList, StatusWord, TokenParts, TrustedKey, TrustList } from "./types.d.ts" */

import { isBetween, isBytes, readCanonical } from "./canonical.js";
import { checkSignature, checkSignatureNumbers } from "./cose.js";
import { hex, isoInstant, Refusal, shanghaiDay } from "./refusal.js";
import { findKey } from "./trust_list.js";

/** @type {StatusWord[]} */
const VALUES = ["valid", "invalid", "suspended", "superseded"];
const MAX_ENTRY_BYTES = 8 * 1024 * 1024; // 33,554,432 entries: bounds what a signed list may make a device unpack
const MAX_SIGNED_BYTES = MAX_ENTRY_BYTES + 64 * 1024;
const MAX_SECONDS = Date.UTC(2200, 0, 1) / 1000;
const MAX_TTL = 2 ** 32 - 1;
// Clocks of two machines differ by seconds; a list of a later hour means that this clock is wrong, and its ages with it.
const CLOCK_TOLERANCE = 15 * 60;
const AAD = ""; // the draft's: what the signature is for, the content type in the header and the key's purpose say

const [SUBJECT, EXPIRES, ISSUED, LIST, TTL] = [2, 4, 6, 65533, 65534];
const CLAIMS = [SUBJECT, EXPIRES, ISSUED, LIST, TTL];
const ENTRY_BITS = 2;

const BEFORE_KID = "d2845824a301260442";
const AFTER_KID = `10781a${hex(new TextEncoder().encode("application/statuslist+cwt"))}a0`;
const KID_AT = BEFORE_KID.length / 2;
const BODY_AT = KID_AT + 2 + AFTER_KID.length / 2;
const TAIL_BYTES = 2 + 64;
const SUBJECT_SHAPE = /^https?:\/\/([^/?#@\s]+)\/status-list$/;

/** @param {string} item */
const shape = (item) => new Refusal("status_list_shape", { item });

/**
 * The status list, if a key of that purpose signed it and it may be relied on at `now` (a Date): {subject, issuedAt,
 * expiresAt, ttl, entries}, in seconds since 1970 and seconds. A client passes the `issuedAt` of the list it holds as `atLeast`.
 * @param {Bytes} bytes
 * @param {TrustList} trustList
 * @param {{ now: Date; atLeast?: number }} options
 * @returns {Promise<StatusList>}
 */
export async function readStatusList(bytes, trustList, { now, atLeast = 0 }) {
  const { parts, key } = await signedParts(bytes, trustList);
  const list = await readClaims(canonical(parts.payload));
  checkKeyAllowed(key, list.issuedAt, now);
  const host = SUBJECT_SHAPE.exec(list.subject)?.[1];
  if (!trustList.hosts.includes(host)) throw new Refusal("status_list_subject", { subject: list.subject });
  checkTime(list, now);
  if (list.issuedAt < atLeast) {
    throw new Refusal("status_list_older", { issued_at: isoInstant(list.issuedAt), newest: isoInstant(atLeast) });
  }
  return list;
}

/**
 * @param {Bytes} bytes
 * @param {TrustList} trustList
 * @returns {Promise<{ parts: TokenParts; key: TrustedKey }>}
 */
async function signedParts(bytes, trustList) {
  try {
    const parts = split(bytes);
    checkSignatureNumbers(parts.signature);
    const key = findKey(trustList, hex(parts.kid), "status");
    await checkSignature(parts, AAD, key.publicKey);
    return { parts, key };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new Refusal("status_list_signature", { because: refusal.code });
  }
}

/**
 * @param {Bytes} signed
 * @returns {TokenParts}
 */
function split(signed) {
  if (signed.length > MAX_SIGNED_BYTES) throw new Refusal("envelope_too_large");
  if (signed.length <= BODY_AT + TAIL_BYTES) throw new Refusal("envelope_truncated");
  const end = signed.length - TAIL_BYTES;
  const kid = signed.subarray(KID_AT, KID_AT + 2);
  if (hex(signed.subarray(0, BODY_AT)) !== BEFORE_KID + hex(kid) + AFTER_KID) throw new Refusal("envelope_header");
  if (signed[end] !== 0x58 || signed[end + 1] !== 64) throw new Refusal("envelope_signature");
  const body = signed.subarray(BODY_AT, end);
  const protectedHeader = signed.subarray(2, BODY_AT - 1);
  return { kid, protectedHeader, body, payload: content(body), signature: signed.subarray(end + 2) };
}

/**
 * What is in a byte string with the shortest head that holds its length.
 * @param {Bytes} body
 * @returns {Bytes}
 */
function content(body) {
  for (const [head, least, below] of [
    [1, 0, 24],
    [2, 24, 2 ** 8],
    [3, 2 ** 8, 2 ** 16],
    [5, 2 ** 16, 2 ** 32],
  ]) {
    const size = body.length - head;
    if (size >= least && size < below && hex(body.subarray(0, head)) === byteStringHead(head, size))
      return body.subarray(head);
  }
  throw new Refusal("envelope_payload");
}

/**
 * @param {number} bytes
 * @param {number} size
 * @returns {string}
 */
function byteStringHead(bytes, size) {
  if (bytes === 1) return (0x40 | size).toString(16);
  return { 2: "58", 3: "59", 5: "5a" }[bytes] + size.toString(16).padStart(2 * (bytes - 1), "0");
}

/**
 * @param {Bytes} payload
 * @returns {any}
 */
function canonical(payload) {
  try {
    return readCanonical(payload);
  } catch {
    throw new Refusal("status_list_not_canonical");
  }
}

/**
 * @param {unknown} value
 * @returns {Promise<StatusList>}
 */
async function readClaims(value) {
  const claims = exactMap(value, CLAIMS, "claims");
  const packed = exactMap(claims.get(LIST), ["lst", "bits"], "status_list");
  if (packed.get("bits") !== ENTRY_BITS) throw shape("bits");
  const issuedAt = whole(claims.get(ISSUED), MAX_SECONDS, "iat");
  const expiresAt = whole(claims.get(EXPIRES), MAX_SECONDS, "exp");
  const ttl = whole(claims.get(TTL), MAX_TTL, "ttl");
  if (!(issuedAt < expiresAt && ttl > 0)) throw shape(ttl ? "exp" : "ttl");
  const subject = claims.get(SUBJECT);
  if (typeof subject !== "string") throw shape("sub");
  const list = packed.get("lst");
  if (!isBytes(list)) throw shape("lst");
  return { subject, issuedAt, expiresAt, ttl, entries: await unpacked(list) };
}

/**
 * @param {unknown} value
 * @param {(string | number)[]} keys
 * @param {string} item
 * @returns {Map<string | number, any>}
 */
function exactMap(value, keys, item) {
  if (!(value instanceof Map)) throw shape(item);
  const found = [...value.keys()];
  if (found.length !== keys.length || found.some((key, at) => key !== keys[at])) throw shape(item);
  return value;
}

/**
 * @param {unknown} value
 * @param {number} most
 * @param {string} item
 * @returns {number}
 */
function whole(value, most, item) {
  if (!isBetween(value, 0, most)) throw shape(item);
  return value;
}

/**
 * Exactly one zlib stream (RFC 1950), of no more than a device's memory is worth: it stops reading beyond that.
 * @param {Bytes} packed
 * @returns {Promise<Bytes>}
 */
async function unpacked(packed) {
  const pieces = [];
  let size = 0;
  try {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      size += piece.value.length;
      if (size > MAX_ENTRY_BYTES) throw new Error("too many entries");
      pieces.push(piece.value);
    }
  } catch {
    throw new Refusal("status_list_data");
  }
  const entries = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    entries.set(piece, at);
    at += piece.length;
  }
  return entries;
}

/**
 * @param {TrustedKey} key
 * @param {number} issuedAt
 * @param {Date} now
 */
function checkKeyAllowed(key, issuedAt, now) {
  const issuedOn = shanghaiDay(new Date(issuedAt * 1000));
  let because = null;
  if (key.state === "compromised") because = "key_compromised";
  else if (issuedOn < key.notBefore) because = "key_too_early";
  else if (issuedOn > key.signUntil) because = "key_too_late";
  else if (shanghaiDay(now) > key.verifyUntil) because = "key_verify_ended";
  if (because) throw new Refusal("status_list_signature", { because });
}

/**
 * @param {StatusList} list
 * @param {Date} now
 */
function checkTime(list, now) {
  const seconds = now.getTime() / 1000;
  if (seconds >= list.expiresAt) {
    throw new Refusal("status_list_expired", { expires_at: isoInstant(list.expiresAt), now: isoInstant(seconds) });
  }
  if (list.issuedAt > seconds + CLOCK_TOLERANCE) {
    throw new Refusal("status_list_issued_in_future", {
      issued_at: isoInstant(list.issuedAt),
      now: isoInstant(seconds),
    });
  }
}

/**
 * The word for entry `index`: entry 0 is in the two lowest bits of the first byte.
 * @param {StatusList} list
 * @param {number} index
 * @returns {StatusWord}
 */
function entryOf(list, index) {
  return VALUES[(list.entries[Math.floor(index / 4)] >> (2 * (index % 4))) & 3];
}

/**
 * The status of verified claims at `now`: {print, permits, asOf, stale, unknown, because}. It refuses nothing: an expired
 * list, one from the future, and one that ends before the code's entries make all of it "unknown", and `because` says why
 * ({code, facts}, else null). `permits` has an entry for each permit of the symbol. `stale`: a newer list should be fetched.
 * @param {Claims} claims
 * @param {StatusList | null} statusList
 * @param {Date} now
 * @returns {Status}
 */
export function statusOf(claims, statusList, now) {
  if (!statusList) return allUnknown(claims, null, true, null);
  const asOf = new Date(statusList.issuedAt * 1000);
  const stale = now.getTime() > (statusList.issuedAt + statusList.ttl) * 1000;
  try {
    checkTime(statusList, now);
    return { ...known(claims, statusList), asOf, stale, unknown: false, because: null };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return allUnknown(claims, asOf, stale, { code: refusal.code, facts: refusal.facts });
  }
}

/**
 * @param {Claims} claims
 * @param {StatusList} statusList
 * @returns {{ print: StatusWord; permits: StatusWord[] }}
 */
function known(claims, statusList) {
  const first = claims.statusIndex;
  const count = statusList.entries.length * 4;
  // The whole block must be there, also the entries of permits that are not in the symbol.
  if (first + claims.permitCount >= count)
    throw new Refusal("status_list_index", { index: Math.max(first, count), count });
  const print = entryOf(statusList, first);
  const permits = claims.permits.map((_, at) => entryOf(statusList, first + 1 + at));
  // What an older print says may be another today: what its entries call valid is only superseded.
  /** @type {(status: StatusWord) => StatusWord} */
  const kept = (status) => (print === "superseded" && status === "valid" ? "superseded" : status);
  return { print, permits: permits.map(kept) };
}

/**
 * @param {Claims} claims
 * @param {Date | null} asOf
 * @param {boolean} stale
 * @param {Refused | null} because
 * @returns {Status}
 */
function allUnknown(claims, asOf, stale, because) {
  return { print: "unknown", permits: claims.permits.map(() => "unknown"), asOf, stale, unknown: true, because };
}
