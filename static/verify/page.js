// @ts-check
// The verify page: lists, camera, pictures and typed text come together here.

/** @import { HeldLists } from "./types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */

import { stop } from "../reading/camera.js";
import { prepareReader } from "../reading/symbol_reader.js";
import { both, byId, element } from "../ui/elements.js";
import { rememberLanguage } from "../ui/language.js";
import { t } from "../ui/words.js";
import { judge } from "./check.js";
import { listAge, problemWords } from "./list_words.js";
import { held, refresh } from "./lists.js";
import { startPack } from "./pack_panel.js";
import { forget, kept } from "./store.js";
import { startWays } from "./ways.js";

const ROOT = document.querySelector("main").dataset.root;
const HALF_HOUR = 30 * 60 * 1000;

/** @type {HeldLists} */
let lists;
/** @type {Promise<string[]> | null} */
let refreshing = null;
let notInstalled = false;
let newer = false; // a new version of the page has taken over behind the one on the screen
let asked = 0; // grows with every new thing to check, so that what was long in reading does not cover what came after it
/** @type {string | null} */
let lastText = null; // what is on the screen, judged again when newer lists arrive

function showAges() {
  const now = new Date();
  byId("trust-age").textContent = listAge(lists.trust, lists.trustList, now);
  byId("status-age").textContent = listAge(lists.status, lists.statusList, now);
}

function showNotices() {
  const said = [];
  if (lists.rootChanged) {
    said.push(
      t(
        "网站给出的根公钥与本机首次访问时不同。仍按首次的核验；若主管部门公告更换了根公钥，请清除后重新联网。",
        "This site’s root public key is different from the one at your first visit. The first one is still used. If the authority has announced a new root key, clear the stored lists and go online again.",
      ),
    );
  }
  if (!lists.trustList) {
    said.push(
      t(
        "本机还没有名单，不能离线核验。请先联网打开一次本页。",
        "This device has no lists yet, so it cannot verify offline. Open this page once with a network.",
      ),
    );
  }
  if (notInstalled) {
    said.push(
      t(
        "本页未能存入这台设备，断网后不能再次打开。",
        "This page could not be saved on this device. It will not open again without a network.",
      ),
    );
  }
  byId("notices").replaceChildren(...said.map((text) => element("p", "note", text)));
  if (newer) byId("notices").append(newVersionNote());
}

/**
 * @param {Content[]} parts
 * @param {{ focus?: boolean }} [how]
 */
function show(parts, { focus = true } = {}) {
  byId("outcome").replaceChildren(...parts);
  byId("outcome").hidden = false;
  if (!focus) return;
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
  const parts = await judge(text, lists, new Date(), { again });
  if (mine === asked) show(parts, { focus: !again });
}

function clearOutcome() {
  asked += 1;
  lastText = null;
  byId("outcome").hidden = true;
  byId("beside").hidden = true;
}

async function refreshNow() {
  refreshing ??= refresh(lists, new Date());
  const problems = await refreshing;
  refreshing = null;
  showAges();
  showNotices();
  if (lastText !== null) await check(lastText, { again: true });
  return problems;
}

async function refreshAndSay() {
  byId("refreshed").textContent = t("正在更新…", "Updating…");
  byId("refreshed").textContent = problemWords(await refreshNow());
}

// --- the ways in -------------------------------------------------------------------------------------------------

startWays({ lists: () => lists, check, show, clear: clearOutcome, turn: () => asked });
document.addEventListener("visibilitychange", () => document.hidden && stop());

// --- what is kept ------------------------------------------------------------------------------------------------

byId("refresh").addEventListener("click", refreshAndSay);
byId("forget").addEventListener("click", async () => {
  await forget();
  lists = await held(ROOT, new Date());
  showAges();
  showNotices();
  byId("refreshed").textContent = t("本机保存的名单已清除。", "The lists stored on this device have been cleared.");
});
addEventListener("online", () => refreshNow());
setInterval(() => refreshNow(), HALF_HOUR);

function offerReload() {
  if (byId("outcome").hidden && byId("camera").hidden && !byId("reading").textContent) {
    location.reload();
    return;
  }
  newer = true; // never under somebody's eyes: what is on the screen stays until it was read
  showNotices();
}

function newVersionNote() {
  const button = element("button", "button", ...both("换用新版本", "Use the new version"));
  button.addEventListener("click", () => location.reload());
  return element("p", "note", t("本页有新版本。", "A new version of this page is available. "), button);
}

// From the first moment: a newer copy may take over while the lists are still being read.
let installed = Boolean(navigator.serviceWorker?.controller);
navigator.serviceWorker?.addEventListener("controllerchange", () => {
  if (installed) offerReload();
  installed = true; // the first copy is the version that is on the screen already
});

async function install() {
  if (!navigator.serviceWorker) {
    notInstalled = true;
    return;
  }
  try {
    const registration = await navigator.serviceWorker.register("/verify/sw.js", {
      scope: "/verify",
      updateViaCache: "none",
    });
    addEventListener("online", () => registration.update());
  } catch {
    // Without TLS, in a private window, or behind a certificate that this device does not trust.
    notInstalled = !navigator.serviceWorker.controller;
  }
}

async function begin() {
  rememberLanguage();
  lists = await held(ROOT, new Date());
  byId("unscripted").hidden = true;
  byId("app").hidden = false;
  showAges();
  if (await kept("trust")) showNotices();
  await startPack(clearOutcome);
  prepareReader();
  await install();
  await refreshAndSay();
}

begin();
