// @ts-check
// The verify page: lists, camera, pictures and typed text come together here.

/** @import { Content } from "../ui/types.d.ts" */

import { stop } from "../reading/camera.js";
import { prepareReader } from "../reading/symbol_reader.js";
import { byId } from "../ui/elements.js";
import { rememberLanguage } from "../ui/language.js";
import { renew } from "./ages.js";
import { judge } from "./check.js";
import { keepFresh, known, newVersion, readLists } from "./lists_panel.js";
import { startPack } from "./pack_panel.js";
import { startWays } from "./ways.js";

let asked = 0; // grows with every new thing to check, so that what was long in reading does not cover what came after it
/** @type {string | null} */
let lastText = null; // what is on the screen, judged again as time passes and when newer lists arrive

let afterRefusal = false; // the code before was refused: that stays above a number typed after it, until there is another code

/** @param {Content[]} parts */
function show(parts) {
  byId("outcome").replaceChildren(...parts);
  byId("outcome").hidden = false;
  /** @type {HTMLElement} */ (byId("outcome").querySelector(".headline")).focus({ preventScroll: true });
  byId("outcome").scrollIntoView(); // what was found from its beginning, warnings first
}

/**
 * @param {string} text
 * @param {{ again?: boolean }} [how]
 * @returns {Promise<void>}
 */
async function check(text, { again = false } = {}) {
  lastText = text;
  if (!again) asked += 1;
  const mine = asked;
  const { lists, time } = known();
  const { kind, parts } = await judge(text, lists, time, { again, afterRefusal });
  if (mine !== asked) return;
  if (kind !== "number") afterRefusal = kind === "refused";
  if (again) renew(byId("outcome"), parts);
  else show(parts);
}

function clearOutcome() {
  asked += 1;
  lastText = null;
  byId("outcome").hidden = true;
  byId("beside").hidden = true;
}

async function checkAgain() {
  if (lastText !== null) await check(lastText, { again: true });
}

// --- the ways in -------------------------------------------------------------------------------------------------

startWays({ lists: () => known().lists, check, show, clear: clearOutcome, turn: () => asked });
document.addEventListener("visibilitychange", () => document.hidden && stop());

// --- what is kept ------------------------------------------------------------------------------------------------

// From the first moment: a newer copy may take over while the lists are still being read.
let installed = Boolean(navigator.serviceWorker?.controller);
navigator.serviceWorker?.addEventListener("controllerchange", () => {
  const reading = !byId("outcome").hidden || !byId("camera").hidden || Boolean(byId("reading").textContent);
  if (installed) newVersion(reading);
  installed = true; // the first copy is the version that is on the screen already
});

async function begin() {
  rememberLanguage();
  await readLists();
  byId("unscripted").hidden = true;
  byId("app").hidden = false;
  await startPack(clearOutcome);
  prepareReader();
  await keepFresh(checkAgain);
}

begin();
