// CBOR (RFC 8949) in its canonical form and in no other. What was read is written again and must be the input.

import { Token, Tokenizer, Type, decode, encode } from "../vendor/cborg/cborg.js";

import { Refusal } from "./refusal.js";

const MAX_DEPTH = 4; // the deepest value of any format: claims → permits → permit → number
const READING = {
  strict: true,
  allowIndefinite: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A float, kept apart from the integers, which JavaScript would not do: 1.0 is no 1 in any format. */
class Float {
  constructor(value) {
    this.value = value;
  }
}

/** Reads text exactly as it stands: as it comes, the library drops a byte order mark and mends broken UTF-8. */
class ExactTokenizer extends Tokenizer {
  next() {
    const token = super.next();
    if (Type.equals(token.type, Type.float)) return new Token(Type.float, new Float(token.value), token.encodedLength);
    if (!Type.equals(token.type, Type.string) || !token.byteValue) return token;
    return new Token(Type.string, text.decode(token.byteValue), token.encodedLength);
  }
}

const WRITING = {
  typeEncoders: { Object: (value) => (value instanceof Float ? [new Token(Type.float, value.value)] : null) },
};

/** The value of `data` if `data` is its one encoding. Types and lengths are the caller's to judge. */
export function readCanonical(data) {
  let value;
  try {
    value = decode(data, { ...READING, tokenizer: new ExactTokenizer(data, { ...READING, allowBigInt: true }) });
    if (depth(value) > MAX_DEPTH || !same(encode(value, WRITING), data)) throw new Error("not canonical");
  } catch {
    throw new Refusal("payload_not_canonical");
  }
  return value;
}

function depth(value) {
  if (Array.isArray(value)) return 1 + Math.max(0, ...value.map(depth));
  if (value instanceof Map) return 1 + Math.max(0, ...[...value].flat().map(depth));
  return 0;
}

function same(some, other) {
  return some.length === other.length && some.every((byte, at) => byte === other[at]);
}

/** Whether `value` is an integer, of whatever size. */
export function isInteger(value) {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** Whether `value` is an integer from `least` to `most`. */
export function isBetween(value, least, most) {
  return isInteger(value) && least <= value && value <= most;
}
