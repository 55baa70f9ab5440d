// @ts-check
// CBOR (RFC 8949) in its canonical form and in no other. What was read is written again and must be the input.

/** @import { Bytes } from "./types.d.ts" */

import { decode, encode, Token, Tokenizer, Type } from "../vendor/cborg/cborg.js";

import { Refusal } from "./refusal.js";

const MAX_DEPTH = 4; // the deepest value of any format: claims → permits → permit → number
const READING = {
  strict: true,
  allowIndefinite: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
  allowBigInt: true,
};
const WRITING = { typeEncoders: { Object: written } };
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A float, kept apart from the integers, which JavaScript would not do: 1.0 is no 1 in any format. */
class Float {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/** A simple value that has no name (RFC 8949, section 3.3). No format has any, and the library knows none. */
class Simple {
  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }
}

/** Reads text exactly as it stands: as it comes, the library drops a byte order mark and mends broken UTF-8. */
class ExactTokenizer extends Tokenizer {
  next() {
    const [at, byte] = [this.pos(), this.data[this.pos()]];
    if (byte >= 0xe0 && byte < 0xf4) return this.simple(byte & 0x1f, 1);
    if (byte === 0xf8 && this.data[at + 1] >= 32) return this.simple(this.data[at + 1], 2);
    const token = super.next();
    if (Type.equals(token.type, Type.float)) return new Token(Type.float, new Float(token.value), token.encodedLength);
    if (!Type.equals(token.type, Type.string) || !token.byteValue) return token;
    return new Token(Type.string, text.decode(token.byteValue), token.encodedLength);
  }

  /**
   * In place of a simple value stands the integer of its number, which is as long: so they can be compared.
   * @param {number} number
   * @param {number} length
   */
  simple(number, length) {
    this.data[this.pos()] = length === 1 ? number : 0x18;
    this._pos += length;
    return new Token(Type.float, new Simple(number), length);
  }
}

/**
 * @param {unknown} value
 * @returns {Token[] | null}
 */
function written(value) {
  if (value instanceof Float) return [new Token(Type.float, value.value)];
  return value instanceof Simple ? [new Token(Type.uint, value.number)] : null;
}

/**
 * The value of `data` if `data` is its one encoding. Types and lengths are the caller's to judge.
 * @param {Bytes} data
 * @returns {any}
 */
export function readCanonical(data) {
  const copy = data.slice();
  try {
    const value = decode(copy, { ...READING, tokenizer: new ExactTokenizer(copy, READING) });
    if (depth(value) > MAX_DEPTH || !same(encode(value, WRITING), copy)) throw new Error("not canonical");
    return value;
  } catch {
    throw new Refusal("payload_not_canonical");
  }
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function depth(value) {
  if (Array.isArray(value)) return 1 + Math.max(0, ...value.map(depth));
  if (value instanceof Map) return 1 + Math.max(0, ...[...value].flat().map(depth));
  return 0;
}

/**
 * @param {Uint8Array} some
 * @param {Uint8Array} other
 * @returns {boolean}
 */
function same(some, other) {
  return some.length === other.length && some.every((byte, at) => byte === other[at]);
}

/**
 * Whether `value` is a byte string.
 * @param {unknown} value
 * @returns {value is Bytes}
 */
export function isBytes(value) {
  return value instanceof Uint8Array;
}

/**
 * Whether `value` is an integer, of whatever size.
 * @param {unknown} value
 * @returns {value is number}
 */
export function isInteger(value) {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/**
 * Whether `value` is an integer from `least` to `most`.
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 * @returns {value is number}
 */
export function isBetween(value, least, most) {
  return isInteger(value) && least <= value && value <= most;
}
