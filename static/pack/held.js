// @ts-check
// The pack and the visit of this device: read, kept and ended together.

/** @import { Bytes, HeldPack, KeptPack, PackProblem, Whereabouts } from "./types.d.ts" */

import { readPack } from "./register.js";
import { forgetWhy, open, seal, Unavailable, whyGone, wipe } from "./rows.js";

const PACK = "pack";
const VISIT = "visit"; // where the inspector is, and the scans of the last day: {here, seen}
const DAY = 24 * 60 * 60 * 1000;

/**
 * @param {Date} now
 * @returns {Promise<KeptPack>}
 */
async function openPack(now) {
  const row = await open(PACK, now);
  return { ...(await readPack(row.bytes)), takenAt: row.madeAt, until: row.until };
}

/**
 * @param {Error} error
 * @returns {Promise<PackProblem>}
 */
async function refusedBecause(error) {
  const reason = error instanceof Unavailable ? error.reason : "unreadable";
  if (reason === "none") return (await whyGone()) ?? "none";
  // A clock can be put right again; everything else is over for good.
  if (reason === "signed_out") await wipe();
  else if (reason !== "clock") await wipe(reason);
  return reason === "signed_out" ? "none" : reason;
}

/**
 * {pack} or {problem}: "none", "expired", "clock" or "unreadable". What is over or has lost its key is deleted.
 * @param {Date} now
 * @returns {Promise<HeldPack>}
 */
export async function heldPack(now) {
  try {
    return { pack: await openPack(now) };
  } catch (error) {
    return { problem: await refusedBecause(error) };
  }
}

/** A pack was fetched that is older than the one that is held: the register has gone on since. */
export class Older extends Error {}

/**
 * Keep a pack just fetched, for as long as it says by its own times, whatever this device's clock is ahead or behind. Throws
 * Older, and keeps the one that is held.
 * @param {Bytes} bytes
 * @param {Date} now
 * @returns {Promise<void>}
 */
export async function keepPack(bytes, now) {
  const { asOf, expires } = await readPack(bytes);
  const { pack } = await heldPack(now);
  if (pack && asOf < pack.asOf) throw new Older();
  await seal(PACK, bytes, now, new Date(now.getTime() + (expires.getTime() - asOf.getTime())));
  await forgetWhy();
}

/**
 * Where the inspector is and what she scanned; empty when nothing was kept, or under a key that is gone.
 * @param {Date} now
 * @returns {Promise<Whereabouts>}
 */
export async function heldVisit(now) {
  try {
    return JSON.parse(new TextDecoder().decode((await open(VISIT, now)).bytes));
  } catch {
    return { here: null, seen: [] };
  }
}

/**
 * Keep the visit for a day at most.
 * @param {Whereabouts} visit
 * @param {Date} now
 * @returns {Promise<void>}
 */
export function keepVisit(visit, now) {
  return seal(VISIT, new TextEncoder().encode(JSON.stringify(visit)), now, new Date(now.getTime() + DAY));
}
