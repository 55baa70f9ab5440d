// @ts-check
// Whether the browser promised to keep what is here until it is told otherwise. Where it did not, it may clear up by
// itself: when it lacks room, and some when a site was not opened for seven days.

/**
 * Ask for the promise, at a press: some browsers ask the person. Resolves to whether it was given.
 * @returns {Promise<boolean>}
 */
export async function askLasting() {
  try {
    return Boolean(await navigator.storage?.persist?.());
  } catch {
    return false;
  }
}

/**
 * Whether the promise was given.
 * @returns {Promise<boolean>}
 */
export async function isLasting() {
  try {
    return Boolean(await navigator.storage?.persisted?.());
  } catch {
    return false;
  }
}
