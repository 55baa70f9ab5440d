// @ts-check
// The verify page: lists, camera, pictures and typed text come together here.

/** @import { HeldLists } from "./types.d.ts" */
/** @import { Both, Content } from "../ui/types.d.ts" */

import { scan, stop } from "../ui/camera.js";
import { both, byId, element } from "../ui/elements.js";
import { rememberLanguage } from "../ui/language.js";
import { isPdf, NO_CODE_IN_PDF, pdfProblem, readPdf } from "../ui/pdf.js";
import { prepareReader, readPicture } from "../ui/symbol_reader.js";
import { t } from "../ui/words.js";
import { judge } from "./check.js";
import { listAge, problemWords } from "./list_words.js";
import { held, refresh } from "./lists.js";
import { startPack } from "./pack_panel.js";
import { cannotTell } from "./result.js";
import { forget, kept } from "./store.js";

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

/** @param {boolean} on */
function looking(on) {
  byId("camera").hidden = !on;
  byId("ways").hidden = on;
}

/** @type {Record<string, Both>} */
const CAMERA_ERRORS = {
  NotAllowedError: [
    "相机未获允许。请在浏览器设置中允许本页使用相机，或选一张照片。",
    "The camera is not allowed. Allow it for this page in your browser settings, or choose a photo.",
  ],
  NotFoundError: ["这台设备没有相机，请选一张照片。", "This device has no camera. Choose a photo."],
  TypeError: [
    "只有经 https 打开的页面才能使用相机，请选一张照片。",
    "The camera only works on pages opened over https. Choose a photo.",
  ],
};

byId("start").addEventListener("click", async () => {
  clearOutcome();
  looking(true);
  byId("stop").focus({ preventScroll: true });
  byId("camera").scrollIntoView(); // the picture whole, with what stops it below
  try {
    const text = await scan();
    looking(false);
    if (text === null) byId("start").focus();
    else await check(text);
  } catch (error) {
    looking(false);
    const [zh, en] = CAMERA_ERRORS[error.name] ?? [
      "相机打不开，请关闭其他使用相机的程序，或选一张照片。",
      "The camera could not be opened. Close other programs that are using it, or choose a photo.",
    ];
    show(cannotTell("相机不能使用", "The camera cannot be used", t(zh, en)));
  }
});
byId("stop").addEventListener("click", stop);
document.addEventListener("visibilitychange", () => document.hidden && stop());

/** @type {Both} */
const NO_PICTURE = ["这个文件不是照片，也不是 PDF。", "This file is neither a photo nor a PDF."];
/** @type {Both} */
const NO_CODE = ["请靠近一些，避免反光，再拍一张。", "Move closer, avoid glare and take another photo."];

/**
 * The text in a chosen file, or null after having said why there is none; null too when something newer was asked.
 * @param {File} file
 * @returns {Promise<string | null>}
 */
async function readChosen(file) {
  const mine = asked;
  let text = null;
  let said;
  let pdf = false;
  try {
    pdf = await isPdf(file);
    text = await (pdf ? readPdf(file) : readPicture(file));
    said = pdf
      ? cannotTell("PDF 里没有找到二维码", "No code found in the PDF", t(...NO_CODE_IN_PDF))
      : cannotTell("照片里没有找到二维码", "No code found in the photo", t(...NO_CODE));
  } catch (error) {
    const why = pdf ? pdfProblem(error) : NO_PICTURE;
    said = cannotTell("无法读取这个文件", "This file cannot be read", t(...why));
  }
  if (mine !== asked) return null;
  if (text === null) show(said);
  return text;
}

byId("file").addEventListener("change", async () => {
  const [file] = byId("file").files;
  if (!file) return;
  clearOutcome();
  byId("reading").textContent = t("正在读取…", "Reading…");
  const text = await readChosen(file);
  byId("reading").textContent = "";
  byId("file").value = ""; // so that the same file can be chosen again
  if (text !== null) await check(text);
});

byId("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (text) check(text);
  else byId("text").focus();
});

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
