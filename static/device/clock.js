// @ts-check
// What time it is, where the device's clock may be wrong. Two things tell: the server's clock, in the head of an answer of our
// own origin, and the lists, which nobody signs before their time. What is judged by which: docs/using/verify-page.md.

/** @import { Measured, Reading } from "./types.d.ts" */

// More than caches on the way (five minutes) and slow lines make: a smaller difference says nothing of the clock.
const LEAST = 10 * 60_000;
const DATE = /\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT/; // the first, where server and proxy both wrote one

/**
 * The device's clock beside that of the server, or null where the answer tells no time. `waited`: the milliseconds between
 * asking and the answer's head; the server wrote its time somewhere in them, and caches add how long they held it (RFC 9111, 5.1).
 * @param {Response} answer
 * @param {number} waited
 * @param {number} [deviceAt]
 * @returns {Measured | null}
 */
export function measured(answer, waited, deviceAt = Date.now()) {
  const [date] = DATE.exec(answer.headers.get("Date") ?? "") ?? [];
  const said = Date.parse(date ?? "");
  if (Number.isNaN(said)) return null;
  const age = Number.parseInt(answer.headers.get("Age") ?? "0", 10) || 0;
  return { deviceAt, trueAt: said + age * 1000 + 500 + waited / 2 }; // half a second: the header has none
}

/**
 * How far the clock is off by the last comparison; null where there is none, or where it was set since: back to before it, or
 * beyond all that was proved (a slow clock that has caught up is believed).
 * @param {number} device
 * @param {Measured | undefined} measured
 * @returns {number | null}
 */
function compared(device, measured) {
  if (!measured || device < measured.deviceAt - LEAST) return null;
  const offset = measured.trueAt - measured.deviceAt;
  if (Math.abs(offset) < LEAST) return 0;
  return offset > 0 && device >= measured.trueAt ? null : offset;
}

/**
 * What time it is when the device's clock says `device`, with the last comparison and the time of the newest signed list, all
 * in milliseconds since 1970.
 * @param {number} device
 * @param {Measured | undefined} measured
 * @param {number} signed
 * @returns {Reading}
 */
export function readClock(device, measured, signed) {
  const offset = compared(device, measured);
  const latest = Math.max(measured?.trueAt ?? 0, signed);
  if (offset === null && device < latest - LEAST) {
    const wrong = { by: latest - device, atLeast: true };
    return { now: new Date(latest), proved: new Date(latest), compared: false, wrong };
  }
  const now = device + (offset ?? 0);
  return {
    now: new Date(now),
    proved: new Date(Math.min(latest, now)),
    compared: offset !== null,
    wrong: offset ? { by: offset, atLeast: false } : null,
  };
}
