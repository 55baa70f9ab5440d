// @ts-check
// The frame in which a PDF is parsed: of no origin of its own or ours, without a network, storage or a way into this page. It is
// given the file and the code that reads it, and gives pixels. Whatever else it says ends it, as its removal does.

/** @import { Asked, Given, Said } from "./types.d.ts" */

const OURS = new URL("./", import.meta.url).href;
const VENDORED = new URL("../vendor/pdfjs/", import.meta.url).href;
const LONGEST_SIDE = 3200; // pixels of a drawn page, as of a photo

/** A PDF that is not read, by the name of its reason. */
export class PdfProblem extends Error {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.name = name;
  }
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
async function kept(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

/**
 * A source of the policy that allows a script of exactly this text (Content Security Policy level 3, 2.3.1).
 * @param {string} text
 */
async function hashOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}

/**
 * The page of the frame. The policy of the page around it holds there too.
 * @param {string} script
 */
async function pageWith(script) {
  const policy = `default-src 'none'; script-src ${await hashOf(script)} 'wasm-unsafe-eval'; worker-src blob:`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${script}</script>`;
}

/**
 * What the frame runs, from the copy on the device: a frame without an origin could not fetch it.
 * @returns {Promise<{ page: string } & Omit<Given, "file">>}
 */
async function code() {
  const scripts = [`${OURS}inside.js`, `${VENDORED}pdf.js`, `${OURS}drawing.js`, `${VENDORED}pdf.worker.js`];
  try {
    const decoder = (await kept(`${VENDORED}jbig2.wasm`)).arrayBuffer();
    const texts = scripts.map(async (address) => (await kept(address)).text());
    const [inside, library, drawing, parser] = await Promise.all(texts);
    return { page: await pageWith(inside), drawing: `${library}\n${drawing}`, parser, decoder: await decoder };
  } catch {
    throw new PdfProblem("noReader");
  }
}

/**
 * Whether what the frame said has the form of an answer to what it was asked.
 * @param {any} said
 * @param {Asked} asked
 * @returns {said is Said}
 */
function isAnswer(said, { number, dpi, longest }) {
  if (said?.kind === "problem") return typeof said.name === "string";
  if (said?.kind !== "page" || said.number !== number || said.dpi !== dpi) return false;
  const { pages, width, height, pixels } = said;
  const fits = [pages, width, height].every((each) => Number.isInteger(each) && each > 0) && pages >= number;
  return (
    fits &&
    width <= longest &&
    height <= longest &&
    pixels instanceof ArrayBuffer &&
    pixels.byteLength === 4 * width * height
  );
}

/** A frame with one PDF in it. */
export class PdfFrame {
  /**
   * @param {{ page: string } & Omit<Given, "file">} given
   * @param {ArrayBuffer} file
   */
  constructor({ page, ...given }, file) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.onmessage = ({ data }) => this.heard(data);
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", "allow-scripts"); // never allow-same-origin
    this.frame.hidden = true;
    this.frame.srcdoc = page;
    // To "*", because it has no origin that could be named.
    const begin = () => this.frame.contentWindow.postMessage({ ...given, file }, "*", [port2, file, given.decoder]);
    this.frame.addEventListener("load", begin, { once: true });
    document.body.append(this.frame);
    /** @type {{ asked: Asked; resolve: (said: Said) => void; reject: (why: Error) => void } | null} */
    this.waiting = null;
    this.unasked = false; // it spoke where nothing was asked
    this.pages = 1; // until the first page tells how many there are
  }

  /**
   * A frame with this file.
   * @param {File} file
   */
  static async with(file) {
    return new PdfFrame(await code(), await file.arrayBuffer());
  }

  /**
   * A page as a picture. Throws PdfProblem. One is asked for at a time.
   * @param {number} number counted from 1
   * @param {number} dpi
   * @returns {Promise<ImageData>}
   */
  async drawn(number, dpi) {
    const said = await this.answered({ number, dpi, longest: LONGEST_SIDE });
    if (said.kind === "problem") throw new PdfProblem(said.name);
    this.pages = said.pages;
    return new ImageData(new Uint8ClampedArray(said.pixels), said.width, said.height);
  }

  /**
   * @param {Asked} asked
   * @returns {Promise<Said>}
   */
  answered(asked) {
    if (this.unasked) throw new PdfProblem("broken");
    return new Promise((resolve, reject) => {
      this.waiting = { asked, resolve, reject };
      this.port.postMessage(asked);
    });
  }

  /** @param {any} said */
  heard(said) {
    const waiting = this.waiting;
    this.waiting = null;
    if (!waiting) this.unasked = true;
    else if (isAnswer(said, waiting.asked)) waiting.resolve(said);
    else waiting.reject(new PdfProblem("broken"));
  }

  /** End it, whatever it is doing: its workers end with it. */
  remove() {
    this.port.close();
    this.frame.remove();
  }
}
