// @ts-check
// The language on the screen is the one that the copy on this device speaks from now on, wherever it was chosen: the
// choice made on another page is in a cookie that neither scripts nor the copy can read.

import { ENGLISH } from "./words.js";

const CACHE = "language"; // the worker reads it (templates/public/verify/sw.js)

/** Note the language of this page for the next time. A device that keeps nothing speaks as it is asked. */
export async function rememberLanguage() {
  try {
    const cache = await caches.open(CACHE);
    await cache.put("/verify", new Response(ENGLISH ? "en" : "zh"));
  } catch {
    // There is no copy either.
  }
}
