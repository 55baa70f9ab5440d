// @ts-check
// A PDF chosen from the device: its first pages are drawn and read like photos. The drawing is pdf.js, kept beside the
// page and loaded when the first PDF is chosen. A PDF comes from anybody, so everything it may cost is bounded.

/** @import { Seen, SeenInFile } from "./types.d.ts" */
/** @import { Both } from "../ui/types.d.ts" */

import { readPicture, together } from "./symbol_reader.js";

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_PAGES = 5;
const MOST_MILLISECONDS = 60_000; // for the whole file; a sheet takes a phone a second or two
const MOST_IMAGE_PIXELS = 40_000_000; // A4 at 600 dpi; a larger image is left out of its page
const LONGEST_SIDE = 3200; // pixels of a drawn page, as of a photo
const RESOLUTIONS = [150, 300]; // dpi: the first is enough for our sheets, the second for a small symbol
const POINTS_PER_INCH = 72;
const SIGNATURE = "%PDF-"; // ISO 32000-2, 7.5.2; readers accept it anywhere in the first 1024 bytes

const VENDORED = new URL("../vendor/pdfjs/", import.meta.url).href;

/** A PDF that is not read, by the name of its reason in PROBLEMS. */
class PdfProblem extends Error {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.name = name;
  }
}

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
  broken: ["PDF 已损坏，或不是 PDF。", "This file is damaged or is not a PDF."],
};

/**
 * Why a PDF was not read and what to do: [zh, en]. `error` is what readPdf threw.
 * @param {Error} error
 * @returns {Both}
 */
export function pdfProblem(error) {
  const [zh, en] = Object.hasOwn(PROBLEMS, error.name) ? PROBLEMS[error.name] : PROBLEMS.broken;
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

async function loaded() {
  try {
    return await import(`${VENDORED}pdf.js`);
  } catch {
    throw new PdfProblem("noReader");
  }
}

/**
 * @param {any} pdfjs the library, which brings no types of its own
 * @param {Uint8Array} data
 * @param {Worker} port
 */
function opening(pdfjs, data, port) {
  return pdfjs.getDocument({
    data,
    worker: new pdfjs.PDFWorker({ port }),
    maxImageSize: MOST_IMAGE_PIXELS,
    disableFontFace: true, // letters are drawn as shapes: no font of a document is given to the browser
    useSystemFonts: false,
    isEvalSupported: false,
    useWasm: false,
    enableXfa: false,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  });
}

/**
 * @param {any} pdfjs
 * @param {any} page
 * @param {number} dpi
 * @returns {Promise<HTMLCanvasElement>}
 */
async function drawn(pdfjs, page, dpi) {
  const whole = page.getViewport({ scale: 1 });
  const scale = Math.min(dpi / POINTS_PER_INCH, LONGEST_SIDE / Math.max(whole.width, whole.height));
  const viewport = page.getViewport({ scale });
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  await page.render({ canvas, viewport, annotationMode: pdfjs.AnnotationMode.DISABLE }).promise;
  return canvas;
}

/**
 * @param {any} pdfjs
 * @param {any} page
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<Seen[]>}
 */
async function seenOn(pdfjs, page, enough) {
  /** @type {Seen[]} */
  let seen = [];
  for (const dpi of RESOLUTIONS) {
    if (!enough(seen)) seen = together(seen, await readPicture(await drawn(pdfjs, page, dpi), enough));
  }
  page.cleanup();
  return seen;
}

/**
 * Fills `found` page by page, so that what was found is there whatever ends the reading.
 * @param {any} pdfjs
 * @param {any} task
 * @param {(seen: Seen[]) => boolean} enough
 * @param {SeenInFile} found
 * @returns {Promise<void>}
 */
async function readPages(pdfjs, task, enough, found) {
  const pages = await task.promise;
  for (let number = 1; number <= Math.min(pages.numPages, MOST_PAGES); number += 1) {
    const seen = await seenOn(pdfjs, await pages.getPage(number), enough);
    const before = new Set(found.seen.map(({ text }) => text));
    found.seen.push(...seen.filter(({ text }) => !before.has(text)).map((each) => ({ ...each, page: number })));
  }
  found.leftOut = pages.numPages > MOST_PAGES;
}

/**
 * Rejects after the time for a whole file, and when the worker does not load.
 * @param {Worker} port
 * @param {AbortSignal} cleared
 * @returns {Promise<never>}
 */
function givenUp(port, cleared) {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new PdfProblem("tooLong")), MOST_MILLISECONDS);
    cleared.addEventListener("abort", () => clearTimeout(timer));
    port.addEventListener("error", () => reject(new PdfProblem("noReader")));
  });
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
  const pdfjs = await loaded();
  const data = new Uint8Array(await file.arrayBuffer());
  // A worker of our own: pdf.js would go on in the page itself where its worker fails, and nothing could end it there.
  const port = new Worker(`${VENDORED}pdf.worker.js`, { type: "module" });
  const done = new AbortController();
  const late = givenUp(port, done.signal);
  const task = opening(pdfjs, data, port);
  /** @type {SeenInFile} */
  const found = { seen: [], leftOut: true };
  try {
    await Promise.race([readPages(pdfjs, task, enough, found), late]);
    return found;
  } catch (problem) {
    if (problem.name !== "tooLong" || !enough(found.seen)) throw problem;
    return found;
  } finally {
    done.abort();
    // Not awaited: a worker that is stuck never answers. It is ended whatever it does.
    task.destroy().catch(() => {});
    port.terminate();
  }
}
