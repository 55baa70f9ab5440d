// @ts-check
// The copy of the pages on this device: the worker of templates/public/verify/sw.js, which keeps all of one version or nothing.

/** @import { Keeping } from "./types.d.ts" */

const WORKER = "/verify/sw.js";
const SCOPE = "/verify";
const PATIENCE = 180_000; // three megabytes over a slow line; a site that never answers is given up

/**
 * Resolves once the worker that is on its way has kept everything (true) or was given up (false).
 * @param {ServiceWorker} worker
 * @returns {Promise<boolean>}
 */
function ended(worker) {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === "activated") resolve(true);
      else if (worker.state === "redundant") resolve(false);
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** @returns {Promise<Keeping>} */
async function register() {
  try {
    const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
    if (registration.active) return "kept";
    const worker = registration.installing ?? registration.waiting;
    return worker && (await ended(worker)) ? "kept" : "not fetched";
  } catch (error) {
    if (await arePagesKept()) return "kept";
    // Without TLS, in a private window, or behind a certificate that this device does not trust; else there was no network.
    return error instanceof TypeError && navigator.serviceWorker ? "not fetched" : "not allowed";
  }
}

/**
 * Keep the pages on this device, and wait until they are: page, reader and all scripts of one version. A copy that is there
 * counts also where no newer one can be fetched.
 * @returns {Promise<Keeping>}
 */
export function keepPages() {
  /** @type {Promise<Keeping>} */
  const givenUp = new Promise((resolve) => {
    AbortSignal.timeout(PATIENCE).addEventListener("abort", () => resolve("not fetched"));
  });
  return Promise.race([register(), givenUp]);
}

/**
 * Whether a copy is on this device.
 * @returns {Promise<boolean>}
 */
export async function arePagesKept() {
  try {
    return Boolean((await navigator.serviceWorker.getRegistration(SCOPE))?.active);
  } catch {
    return false;
  }
}

/** Have the browser look for a newer copy; it also does at every visit, but a page that stays open makes none. */
export async function lookForNewer() {
  try {
    await (await navigator.serviceWorker.getRegistration(SCOPE))?.update();
  } catch {
    // No network, or no copy to be renewed: the next time will do.
  }
}
