// @ts-check
// The ways in: camera, photo or PDF, and what is pasted or typed. A file or a frame may show several codes.

/** @import { Beside, Code } from "./several.js" */
/** @import { HeldLists } from "../lists/types.d.ts" */
/** @import { Pasted, Seen, SeenInFile } from "../reading/types.d.ts" */
/** @import { Both, Content } from "../ui/types.d.ts" */

import { scan, stop } from "../reading/camera.js";
import { cameraProblem } from "../reading/camera_problems.js";
import { reduced } from "../reading/pasted.js";
import { isPdf, NO_CODE_IN_PDF, PAGES_LEFT_OUT, pdfProblem, readPdf } from "../reading/pdf.js";
import { readPicture } from "../reading/symbol_reader.js";
import { byId } from "../ui/elements.js";
import { t } from "../ui/words.js";
import { genuineOf } from "./check.js";
import { pastedNotOurs, symbolNotOurs } from "./not_ours.js";
import { cannotTell } from "./result.js";
import { choicesOf, chooseOne, sayBeside } from "./several.js";

/**
 * What the page does for the ways in. `turn` grows with everything new that is asked of it.
 * @typedef {object} VerifyPage
 * @property {() => HeldLists} lists
 * @property {(text: string) => Promise<void>} check
 * @property {(parts: Content[]) => void} show
 * @property {() => void} clear
 * @property {() => number} turn
 */

/** @type {VerifyPage} */
let page;

/** @type {Both} */
const NO_PICTURE = [
  "这个文件不是照片，也不是 PDF，或者图片太大。",
  "This file is neither a photo nor a PDF, or the picture is too large.",
];
/** @type {Both} */
const NO_CODE = ["请靠近一些，避免反光，再拍一张。", "Move closer, avoid glare and take another photo."];

/** @type {Both} */
const NOT_ALL_READ = [
  "图中的码太多，没有全部读出：请分几张拍。",
  "There are more codes in the picture than were read. Take several photos.",
];
const MOST_BESIDE = 12; // codes of one pasted text that are offered beside the first

const hosts = () => page.lists().trustList?.hosts ?? [];

/** @type {(what: Pasted) => boolean} */
const ofUse = ({ kind }) => kind === "code" || kind === "number";

/**
 * Whether there is something to check among symbols.
 * @param {Seen[]} seen
 * @returns {boolean}
 */
const enough = (seen) => seen.some(({ text }) => ofUse(reduced(text, hosts())));

/** @param {boolean} on */
function looking(on) {
  byId("camera").hidden = !on;
  byId("ways").hidden = on;
}

/**
 * Check one, then say beside it what else was seen, unless something newer was asked meanwhile.
 * @param {string} text
 * @param {() => Promise<void> | void} beside
 * @returns {Promise<void>}
 */
async function checkWith(text, beside) {
  const checked = page.check(text);
  const mine = page.turn();
  await checked;
  if (mine === page.turn()) await beside();
}

/**
 * Symbols that were seen: the one of ours is checked as it was read, several are offered, others are named.
 * @param {SeenInFile} found
 * @returns {Promise<void>}
 */
async function take({ seen, more, leftOut }) {
  const told = seen.map(({ text, page: number }) => ({ text, page: number, what: reduced(text, hosts()) }));
  const others = told.filter(({ what }) => !ofUse(what)).map(({ what }) => what);
  const notes = [...(more ? [t(...NOT_ALL_READ)] : []), ...(leftOut ? [t(...PAGES_LEFT_OUT)] : [])];
  const codes = told
    .filter(({ what }) => ofUse(what))
    .map(({ text, page: number, what }) => ({ text: what.kind === "number" ? what.texts[0] : text, page: number }));
  if (codes.length > 1 && hosts().length) return offer(codes, { others, notes, more });
  if (codes.length) return checkWith(codes[0].text, () => sayBeside({ others, notes, more }, null));
  page.show(symbolNotOurs(others[0], hosts()));
  return sayBeside({ others: others.slice(1), notes, more }, null);
}

/**
 * Check one of several codes, and offer the others beside it.
 * @param {Code} chosen
 * @param {Code[]} codes
 * @param {Beside} beside
 * @returns {Promise<void>}
 */
async function pick(chosen, codes, beside) {
  await checkWith(chosen.text, async () => {
    const mine = page.turn();
    const rest = codes.filter((code) => code !== chosen);
    const choices = await choicesOf(rest, page.lists(), (code) => pick(code, codes, beside));
    if (mine === page.turn()) sayBeside(beside, choices);
  });
}

/**
 * @param {Code[]} codes
 * @param {Beside} beside
 * @returns {Promise<void>}
 */
async function offer(codes, beside) {
  const mine = page.turn();
  const choices = await choicesOf(codes, page.lists(), (code) => pick(code, codes, beside));
  if (mine !== page.turn()) return;
  page.show([chooseOne(codes.length, beside.more), choices]);
  sayBeside(beside, null);
}

async function useCamera() {
  page.clear();
  looking(true);
  byId("stop").focus({ preventScroll: true });
  byId("camera").scrollIntoView(); // the picture whole, with what stops it below
  try {
    const found = await scan(enough);
    looking(false);
    if (found === null) byId("start").focus();
    else await take({ ...found, leftOut: false });
  } catch (error) {
    looking(false);
    page.show(cannotTell("相机不能使用", "The camera cannot be used", t(...cameraProblem(error))));
  }
}

/**
 * The symbols in a chosen file; null after having said why there are none, and when something newer was asked.
 * @param {File} file
 * @returns {Promise<SeenInFile | null>}
 */
async function readChosen(file) {
  const mine = page.turn();
  /** @type {SeenInFile} */
  let found = { seen: [], more: false, leftOut: false };
  let said;
  let pdf = false;
  try {
    pdf = await isPdf(file);
    found = pdf ? await readPdf(file, enough) : { ...(await readPicture(file, enough)), leftOut: false };
    said = pdf
      ? cannotTell("PDF 里没有找到二维码", "No code found in the PDF", t(...NO_CODE_IN_PDF))
      : cannotTell("照片里没有找到二维码", "No code found in the photo", t(...NO_CODE));
  } catch (error) {
    const why = pdf ? pdfProblem(error) : NO_PICTURE;
    said = cannotTell("无法读取这个文件", "This file cannot be read", t(...why));
  }
  if (mine !== page.turn()) return null;
  if (!found.seen.length) page.show(said);
  return found.seen.length ? found : null;
}

async function useFile() {
  const [file] = byId("file").files;
  if (!file) return;
  page.clear();
  byId("text").value = ""; // what was pasted before has nothing to do with the file
  byId("reading").textContent = t("正在读取…", "Reading…");
  const found = await readChosen(file);
  byId("reading").textContent = "";
  byId("file").value = ""; // so that the same file can be chosen again
  if (found) await take(found);
}

async function useText() {
  const text = byId("text").value;
  const what = reduced(text, hosts());
  if (what.kind === "empty") {
    byId("text").focus();
    return;
  }
  page.clear();
  if (!ofUse(what)) {
    page.show(pastedNotOurs(what, hosts()));
    return;
  }
  const mine = page.turn();
  /** @type {Code[]} */
  const codes = [];
  for (const readings of [what.texts, ...what.others.slice(0, MOST_BESIDE)]) {
    codes.push({ text: await genuineOf(readings, page.lists()), page: null });
  }
  if (mine !== page.turn()) return;
  const beyond = what.others.length - MOST_BESIDE;
  const notes = beyond > 0 ? [t(`还有 ${beyond} 个没有列出。`, `${beyond} more are not listed.`)] : [];
  if (codes.length === 1) await page.check(codes[0].text);
  else await pick(codes[0], codes, { others: [], notes, more: false });
}

/**
 * Let the buttons and fields of the page do what they say.
 * @param {VerifyPage} verifyPage
 */
export function startWays(verifyPage) {
  page = verifyPage;
  byId("start").addEventListener("click", useCamera);
  byId("stop").addEventListener("click", stop);
  byId("file").addEventListener("change", useFile);
  byId("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    useText();
  });
}
