// @ts-check
// What a verifier says no with. The codes are those of docs/verifying/code-format-refusals.md; the sentences are the vocabulary's.

/** @import { Facts } from "./types.d.ts" */

/** A refusal: a stable `code` and the `facts` that its sentence names. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {Facts} [facts]
   */
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

/**
 * Bytes in hexadecimal, two lower-case digits each.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A number of days since 1970-01-01 as YYYY-MM-DD.
 * @param {number} day
 * @returns {string}
 */
export function isoDay(day) {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/**
 * An instant in seconds since 1970-01-01 UTC as YYYY-MM-DD HH:MM:SS+00:00.
 * @param {number} seconds
 * @returns {string}
 */
export function isoInstant(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")}+00:00`;
}

/**
 * The day in Shanghai at an instant, in days since 1970-01-01. China has kept UTC+8 without change since 1991.
 * @param {Date} now
 * @returns {number}
 */
export function shanghaiDay(now) {
  return Math.floor((now.getTime() / 3_600_000 + 8) / 24);
}
