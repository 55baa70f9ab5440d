// @ts-check
// A PDF chosen from the device: its first pages are drawn and read like photos. The drawing is pdf.js, kept beside the
// page and loaded when the first PDF is chosen. A PDF comes from anybody, so everything it may cost is bounded.

/** @import { Look, Seen, SeenInFile } from "./types.d.ts" */
/** @import { Both } from "../ui/types.d.ts" */

import { PdfFrame, PdfProblem } from "../pdf/frame.js";
import { NOTHING, readPicture, together } from "./symbol_reader.js";

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_PAGES = 5;
const MOST_MILLISECONDS = 60_000; // for the whole file; a sheet takes a phone a second or two
const RESOLUTIONS = [150, 300]; // dpi: the first is enough for our sheets, the second for a small symbol
const SIGNATURE = "%PDF-"; // ISO 32000-2, 7.5.2; readers accept it anywhere in the first 1024 bytes

const PHOTO = ["请打印后拍照，或截图再选。", "Print it and take a photo, or choose a screenshot."];
/** @type {Record<string, Both>} */
const PROBLEMS = {
  tooLarge: ["PDF 超过 20 MB，没有读取。", "This PDF is larger than 20 MB and was not read."],
  tooLong: ["PDF 太复杂，一分钟内没有读完。", "This PDF is too complex: it could not be read within a minute."],
  PasswordException: ["PDF 有密码保护，打不开。", "This PDF is protected by a password."],
  noReader: [
    "读取 PDF 的程序没有加载：没有网络，或浏览器太旧。",
    "The PDF reader did not load. There is no network, or your browser is too old.",
  ],
};
/** @type {Both} */
const BROKEN = [
  "PDF 已损坏，或不是 PDF。请索取原来的文件，或拍照、截图再选。",
  "This file is damaged or is not a PDF. Ask for the original file, or choose a photo or a screenshot.",
];

/**
 * Why a PDF was not read and what to do: [zh, en]. `error` is what readPdf threw.
 * @param {Error} error
 * @returns {Both}
 */
export function pdfProblem(error) {
  if (!Object.hasOwn(PROBLEMS, error.name)) return BROKEN;
  const [zh, en] = PROBLEMS[error.name];
  return [zh + PHOTO[0], `${en} ${PHOTO[1]}`];
}

/**
 * What to say of a PDF in which no symbol was found: [zh, en].
 * @type {Both}
 */
export const NO_CODE_IN_PDF = [
  `只查看前 ${MOST_PAGES} 页。${PHOTO[0]}`,
  `Only the first ${MOST_PAGES} pages were checked. ${PHOTO[1]}`,
];

/**
 * What to say beside what was found, where pages were left out: [zh, en].
 * @type {Both}
 */
export const PAGES_LEFT_OUT = [
  `PDF 没有全部查看：最多看前 ${MOST_PAGES} 页，限时一分钟。`,
  `Not all of the PDF was checked: at most the first ${MOST_PAGES} pages, within a minute.`,
];

/**
 * Whether a file is a PDF by what it is called or begins with: some phones name no type.
 * @param {File} file
 * @returns {Promise<boolean>}
 */
export async function isPdf(file) {
  if (file.type === "application/pdf") return true;
  if (file.type.startsWith("image/")) return false;
  return (await file.slice(0, 1024).text()).includes(SIGNATURE);
}

/**
 * @param {PdfFrame} frame
 * @param {number} number counted from 1
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<Look>}
 */
async function seenOn(frame, number, enough) {
  let found = NOTHING;
  for (const dpi of RESOLUTIONS) {
    if (!enough(found.seen)) found = together(found, await readPicture(await frame.drawn(number, dpi), enough));
  }
  return found;
}

/**
 * Fills `found` page by page, so that what was found is there whatever ends the reading.
 * @param {PdfFrame} frame
 * @param {(seen: Seen[]) => boolean} enough
 * @param {SeenInFile} found
 * @returns {Promise<void>}
 */
async function readPages(frame, enough, found) {
  for (let number = 1; number <= Math.min(frame.pages, MOST_PAGES); number += 1) {
    const { seen, more } = await seenOn(frame, number, enough);
    found.more ||= more;
    const before = new Set(found.seen.map(({ text }) => text));
    found.seen.push(...seen.filter(({ text }) => !before.has(text)).map((each) => ({ ...each, page: number })));
  }
  found.leftOut = frame.pages > MOST_PAGES;
}

/**
 * The symbols on the first pages of a PDF. While `enough` says no of a page, it is looked at more closely. What it throws,
 * pdfProblem puts into words.
 * @param {File} file
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<SeenInFile>}
 */
export async function readPdf(file, enough) {
  if (file.size > MOST_BYTES) throw new PdfProblem("tooLarge");
  const frame = await PdfFrame.with(file);
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new PdfProblem("tooLong")), MOST_MILLISECONDS);
  });
  /** @type {SeenInFile} */
  const found = { seen: [], more: false, leftOut: true };
  try {
    await Promise.race([readPages(frame, enough, found), late]);
    return found;
  } catch (problem) {
    if (problem.name !== "tooLong" || !enough(found.seen)) throw problem;
    return found;
  } finally {
    clearTimeout(timer);
    frame.remove();
  }
}
