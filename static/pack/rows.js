// @ts-check
// The inspector's pack at rest: sealed rows that are over at an instant of their own.

/** @import { Bytes, PackProblem } from "./types.d.ts" */

import { cookieHalf, Unavailable, Vault } from "./vault.js";

export { Unavailable } from "./vault.js";

const GONE = "gone"; // why the last pack is no more, to be said until there is a new one
// A clock that stands before the moment a row was made was set back, by more than clocks correct themselves.
const CLOCK_LEEWAY = 5 * 60 * 1000;
const vault = new Vault("licence-qr-pack", "licence-qr pack 1");

/**
 * Encrypt `bytes` and keep them under `name` until the instant `until`. Throws Unavailable "signed_out".
 * @param {string} name
 * @param {Bytes} bytes
 * @param {Date} now
 * @param {Date} until
 * @returns {Promise<void>}
 */
export async function seal(name, bytes, now, until) {
  const half = cookieHalf();
  if (!half) throw new Unavailable("signed_out");
  await vault.seal(name, bytes, half, { madeAt: now.getTime(), until: until.getTime() });
}

/**
 * {bytes, madeAt, until} of a row. Throws Unavailable; never gives out what is over at `now`.
 * @param {string} name
 * @param {Date} now
 * @returns {Promise<{ bytes: Bytes; madeAt: Date; until: Date }>}
 */
export async function open(name, now) {
  const row = await vault.read(name);
  if (!row) throw new Unavailable("none");
  if (now.getTime() >= row.until) throw new Unavailable("expired");
  if (now.getTime() < row.madeAt - CLOCK_LEEWAY) throw new Unavailable("clock");
  const half = cookieHalf();
  if (!half) throw new Unavailable("signed_out");
  return { bytes: await vault.unseal(name, row, half), madeAt: new Date(row.madeAt), until: new Date(row.until) };
}

/**
 * Delete everything. With a `reason`, `whyGone` gives it until a new pack is there.
 * @param {PackProblem} [reason]
 * @returns {Promise<void>}
 */
export async function wipe(reason) {
  await vault.clear();
  if (reason) await vault.write(GONE, reason);
}

/**
 * Why the last pack was deleted, or undefined.
 * @returns {Promise<PackProblem | undefined>}
 */
export function whyGone() {
  return vault.read(GONE);
}

/** A new pack is there: what became of the last one is no longer said. */
export function forgetWhy() {
  return vault.remove(GONE);
}
