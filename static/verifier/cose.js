// @ts-check
// The envelope (docs/verifying/code-format.md, section 4): COSE_Sign1 (RFC 9052) with ES256 (RFC 9053), in exactly one shape, checked
// by comparing bytes: nothing is parsed before the signature holds.

/** @import { Bytes, TokenParts } from "./types.d.ts" */

import { hex, Refusal } from "./refusal.js";

export const CODE_AAD = "licence-qr/1";
export const TRUST_LIST_AAD = "licence-qr/trust/1";
export const ALLOW_LIST_AAD = "licence-qr/allow/1";

const OVERHEAD_BYTES = 77;
const PAYLOAD_AT = 11;
const SIGNATURE_BYTES = 64;
const PROTECTED = "47a201260442";

// Order of P-256 (FIPS 186-5; SEC 2, section 2.4.2), and its half.
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER / 2n;

const utf8 = new TextEncoder();

/**
 * Take a token apart: {kid, protectedHeader, body, payload, signature}; the first two with their CBOR heads.
 * @param {Bytes} token
 * @returns {TokenParts}
 */
export function split(token) {
  if (token.length < OVERHEAD_BYTES + 1) throw new Refusal("envelope_truncated", { length: token.length });
  checkHead(token);
  const [start, size] = payloadExtent(token);
  const end = start + size;
  checkTail(token, end);
  return {
    kid: token.subarray(8, 10),
    protectedHeader: token.subarray(2, 10),
    body: token.subarray(PAYLOAD_AT, end),
    payload: token.subarray(start, end),
    signature: token.subarray(end + 2),
  };
}

/** @param {Bytes} token */
function checkHead(token) {
  if (token[0] !== 0xd2 || token[1] !== 0x84) throw new Refusal("envelope_tag");
  const header = hex(token.subarray(2, 8));
  const algorithm = header.slice(6, 8);
  if (header.startsWith("47a201") && header.endsWith("0442") && algorithm !== "26") {
    throw new Refusal("envelope_algorithm", { found: algorithm });
  }
  if (header !== PROTECTED) throw new Refusal("envelope_header");
  if (token[10] !== 0xa0) throw new Refusal("envelope_unprotected");
}

/**
 * @param {Bytes} token
 * @returns {[start: number, size: number]}
 */
function payloadExtent(token) {
  const head = token[PAYLOAD_AT];
  const following = token[PAYLOAD_AT + 1];
  if (head === 0x58 && following >= 24) return [PAYLOAD_AT + 2, following];
  if (head === 0x59 && following > 0) return [PAYLOAD_AT + 3, (following << 8) | token[PAYLOAD_AT + 2]];
  if (head >= 0x40 && head < 0x58) return [PAYLOAD_AT + 1, head & 0x1f];
  throw new Refusal("envelope_payload");
}

/**
 * @param {Bytes} token
 * @param {number} end
 */
function checkTail(token, end) {
  const beyond = token.length - (end + 2 + SIGNATURE_BYTES);
  const here = token.length >= end + 2;
  if (here && !(token[end] === 0x58 && token[end + 1] === SIGNATURE_BYTES)) throw new Refusal("envelope_signature");
  if (beyond > 0) throw new Refusal("envelope_trailing", { count: beyond });
  if (beyond < 0) throw new Refusal("envelope_truncated", { length: token.length });
}

/**
 * Refuse r or s outside 1..n-1, and the second form (high s) that every ECDSA signature has.
 * @param {Bytes} signature
 */
export function checkSignatureNumbers(signature) {
  const r = BigInt(`0x${hex(signature.subarray(0, 32))}`);
  const s = BigInt(`0x${hex(signature.subarray(32))}`);
  if (!(r > 0n && r < ORDER && s > 0n && s < ORDER)) throw new Refusal("signature_range");
  if (s > HALF_ORDER) throw new Refusal("signature_high_s");
}

/**
 * Hold the signature of `parts` against `publicKey` (a CryptoKey). Range and low s are to be checked before.
 * @param {TokenParts} parts
 * @param {string} aad
 * @param {CryptoKey} publicKey
 * @returns {Promise<void>}
 */
export async function checkSignature(parts, aad, publicKey) {
  const message = signedMessage(parts, aad);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  if (!(await crypto.subtle.verify(algorithm, publicKey, parts.signature, message))) {
    throw new Refusal("signature_mismatch");
  }
}

/**
 * The bytes that were signed: Sig_structure of RFC 9052, section 4.4. `aad` is shorter than 24 characters.
 * @param {TokenParts} parts
 * @param {string} aad
 * @returns {Bytes}
 */
export function signedMessage(parts, aad) {
  const meaning = utf8.encode(aad);
  return joined(
    [0x84, 0x6a],
    utf8.encode("Signature1"),
    parts.protectedHeader,
    [0x40 | meaning.length],
    meaning,
    parts.body,
  );
}

/**
 * @param {...Iterable<number>} pieces
 * @returns {Bytes}
 */
function joined(...pieces) {
  return Uint8Array.from(pieces.flatMap((piece) => Array.from(piece)));
}

/**
 * A P-256 public key from its uncompressed point of 65 bytes; null when the bytes are no such point.
 * @param {Bytes} point
 * @returns {Promise<CryptoKey | null>}
 */
export async function importPoint(point) {
  // Without this a page on plain http would be told that its keys are wrong.
  if (!globalThis.crypto?.subtle) throw new TypeError("WebCrypto is there on https and on this machine only");
  if (point.length !== 65 || point[0] !== 4) return null;
  try {
    return await crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    return null;
  }
}
