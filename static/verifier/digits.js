// @ts-check
// The text form of a token (docs/verifying/code-format.md, section 2): an address, or its digits alone. A token has one text.

/** @import { Bytes } from "./types.d.ts" */

import { Refusal } from "./refusal.js";

const MAX_DIGITS = 1300;
const PATH = "/c/";
// Plain http only on the machine itself: a demonstration without a certificate.
const ORIGIN =
  /^(?:https:\/\/([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?)|http:\/\/((?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?))$/;

/**
 * Take `https://host/c/<digits>` or bare digits apart: {host, digits}, host null for bare digits. Nothing is trimmed.
 * @param {string} text
 * @returns {{ host: string | null; digits: string }}
 */
export function parseAddress(text) {
  if (text === "") throw new Refusal("symbol_empty");
  if (!text.includes("/")) return { host: null, digits: text };
  const at = text.indexOf(PATH);
  const match = at < 0 ? null : ORIGIN.exec(text.slice(0, at));
  if (!match) throw new Refusal("symbol_not_address");
  return { host: match[1] ?? match[2], digits: text.slice(at + PATH.length) };
}

/**
 * The bytes of a digit text, big-endian, in as few bytes as hold it. The length is bounded before the number is made.
 * @param {string} digits
 * @returns {Bytes}
 */
export function fromDigits(digits) {
  if (digits === "") throw new Refusal("symbol_empty");
  if (digits.length > MAX_DIGITS) {
    const length = Array.from(digits).length; // characters, where a text may hold some that take two units
    if (length > MAX_DIGITS) throw new Refusal("symbol_too_long", { length, limit: MAX_DIGITS });
  }
  if (!/^[0-9]+$/.test(digits)) throw new Refusal("symbol_not_digits");
  if (digits[0] === "0") throw new Refusal("symbol_leading_zero");
  const text = BigInt(digits).toString(16);
  const even = text.length % 2 ? `0${text}` : text;
  return Uint8Array.from(even.match(/../g), (pair) => Number.parseInt(pair, 16));
}
