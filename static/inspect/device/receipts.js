// @ts-check
// Receipts of visits that wait for their second officer are asked for again: the answer is given on another page of this
// device, or on another device.

/** @import { Delivered } from "../visit/types.d.ts" */

import { everything, heldVisit, keepVisit } from "./kept.js";
import { asked, NotSent } from "./send.js";

/** The flag of a record that its second officer has not answered for. */
const UNCONFIRMED = "second_officer_unconfirmed";

/**
 * Whether a visit that was delivered waits for its second officer.
 * @param {Delivered} visit
 * @returns {boolean}
 */
export function isUnconfirmed({ receipt }) {
  return receipt.state === "held" && receipt.flags.some(({ code }) => code === UNCONFIRMED);
}

/**
 * @param {Delivered} visit
 * @returns {Promise<boolean>}
 */
async function refreshed({ id, hash, receipt }) {
  const newest = await asked(`/inspect/sync/${id}/${hash}`);
  if (JSON.stringify(newest) === JSON.stringify(receipt)) return false;
  const kept = await heldVisit(id);
  if (kept?.state !== "sent") return false; // cleared from this device meanwhile
  await keepVisit({ ...kept, receipt: newest });
  return true;
}

/**
 * Keep the newest receipt of each visit that waits for its second officer. Whether one has changed; without a network, or
 * signed out, none has.
 * @returns {Promise<boolean>}
 */
export async function refreshReceipts() {
  const { visits } = await everything();
  const sent = /** @type {Delivered[]} */ (visits.filter(({ state }) => state === "sent"));
  let changed = false;
  for (const visit of sent.filter(isUnconfirmed)) {
    try {
      if (await refreshed(visit)) changed = true;
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      if (error.stop) break;
    }
  }
  return changed;
}
