// @ts-check
// One visit has one holder at a time in all pages of this browser: it is open in one of them, or on its way to the server,
// or being opened again, and never two of these at once.

/**
 * Do `act` while nobody else has the visit; what it resolves to, or null at once where somebody has.
 * @template T
 * @param {string} id
 * @param {() => Promise<T>} act
 * @returns {Promise<T | null>}
 */
export function exclusiveLock(id, act) {
  return navigator.locks.request(`licence-qr-visit-${id}`, { ifAvailable: true }, (lock) => (lock ? act() : null));
}

/**
 * Have a visit for longer. Resolves to what lets go of it, or null where somebody else has it.
 * @param {string} id
 * @returns {Promise<(() => void) | null>}
 */
export function hold(id) {
  return new Promise((resolve, reject) => {
    /** @type {() => Promise<void>} */
    const held = () => new Promise((release) => resolve(release));
    exclusiveLock(id, held).then(() => resolve(null), reject); // after letting go, null says nothing any more
  });
}
