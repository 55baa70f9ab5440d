// One visit has one holder at a time in all pages of this browser: it is open in one of them, or on its way to the server,
// or being opened again, and never two of these at once.

/** Do `act` while nobody else has the visit; what it resolves to, or null at once where somebody has. */
export function alone(id, act) {
  return navigator.locks.request(`licence-qr-visit-${id}`, { ifAvailable: true }, (lock) => (lock ? act() : null));
}

/** Have a visit for longer. Resolves to what lets go of it, or null where somebody else has it. */
export function hold(id) {
  return new Promise((resolve, reject) => {
    const held = () => new Promise((release) => resolve(release));
    alone(id, held).then(resolve, reject);
  });
}
