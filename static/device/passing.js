// @ts-check
// Time that passes while a page is open: each full minute, and the moments at which it comes back from wherever it was.

const MINUTE = 60_000;

/**
 * Call `minute` at each full minute by the device's clock, so also at midnight in Shanghai; and `back` whenever the page is seen
 * again: shown, focused, woken, or taken out of the browser's memory.
 * @param {{ minute: () => unknown; back: () => unknown }} calls
 */
export function asTimePasses({ minute, back }) {
  const next = () => setTimeout(tick, MINUTE - (Date.now() % MINUTE));
  const tick = () => {
    next();
    minute();
  };
  next();
  document.addEventListener("visibilitychange", () => document.hidden || back());
  document.addEventListener("resume", () => back());
  addEventListener("pageshow", ({ persisted }) => persisted && back());
  addEventListener("focus", () => back());
}
