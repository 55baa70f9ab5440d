// @ts-check
// Finding QR symbols in frames and pictures, with the ZXing reader that is kept beside the page.

/** @import { Look, Seen } from "./types.d.ts" */

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader.js";
import { prepared } from "./prepared.js";

const MOST_SYMBOLS = 12; // on a wall, or on a page
// One more than that tells that there are more.
const OPTIONS = { formats: ["QRCode"], maxNumberOfSymbols: MOST_SYMBOLS + 1, textMode: "Plain", tryHarder: true };
// A frame larger than this is read no better and slower; a picture may be a whole sheet with a small symbol.
const FRAME_PIXELS = 1280;
const PICTURE_PIXELS = [1600, 3200];
const ENLARGED = 2; // at most, for the last look: modules of three pixels are too few to find their middles
// How far surroundings and smoothing go, in pixels: a picture may have been enlarged, a frame is not.
const PICTURE = { reach: 16, grain: 1 };
const FRAME = { reach: 8, grain: 0 };

/** @type {Look} */
export const NOTHING = { seen: [], more: false };

const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** Load the reader before it is needed: compiling it takes a phone about a second. */
export function prepareReader() {
  return prepareZXingModule({ fireImmediately: true });
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @param {number} most
 * @param {number} [enlarged]
 * @returns {ImageData}
 */
function pixels(source, width, height, most, enlarged = 1) {
  const scale = Math.min(enlarged, most / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * How far the middle of a symbol is from the middle of the picture, in parts of its longer side.
 * @param {Record<string, { x: number; y: number }>} corners
 * @param {ImageData} image
 * @returns {number}
 */
function offTheMiddle(corners, { width, height }) {
  const all = Object.values(corners);
  /** @type {(axis: "x" | "y") => number} */
  const middle = (axis) => all.reduce((sum, corner) => sum + corner[axis], 0) / all.length;
  return Math.hypot(middle("x") - width / 2, middle("y") - height / 2) / Math.max(width, height);
}

/**
 * @param {ImageData} image
 * @returns {Promise<Look>}
 */
async function symbolsIn(image) {
  const found = await readBarcodes(image, OPTIONS);
  const seen = found
    .filter(({ isValid, text }) => isValid && text)
    .map(({ text, position }) => {
      const { topLeft, topRight, bottomLeft, bottomRight } = position;
      const off = offTheMiddle({ topLeft, topRight, bottomLeft, bottomRight }, image);
      return { text, off, page: /** @type {number | null} */ (null) };
    });
  return together(NOTHING, { seen, more: found.length > MOST_SYMBOLS });
}

/**
 * What both looks show.
 * @param {Look} one
 * @param {Look} other
 * @returns {Look}
 */
export function together(one, other) {
  const once = new Map([...other.seen, ...one.seen].map((each) => [each.text, each]));
  return { seen: [...once.values()].sort((a, b) => a.off - b.off), more: one.more || other.more };
}

/**
 * The symbols in the video's present frame. `plainly`: look at it as it is, or prepared.
 * @param {HTMLVideoElement} video
 * @param {boolean} plainly
 * @returns {Promise<Look>}
 */
export async function readFrame(video, plainly) {
  if (!video.videoWidth) return NOTHING;
  const image = pixels(video, video.videoWidth, video.videoHeight, FRAME_PIXELS);
  return symbolsIn(plainly ? image : prepared(image, FRAME));
}

/**
 * The symbols in a picture, a file or a canvas. While `enough` says no of what was found, it is looked at more closely.
 * Throws when the browser cannot show the file.
 * @param {ImageBitmapSource} picture
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<Look>}
 */
export async function readPicture(picture, enough) {
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  let found = NOTHING;
  try {
    // The second is another look only at a larger picture; a smaller symbol beside one that was read shows there.
    for (const most of PICTURE_PIXELS.filter((_, n) => n === 0 || Math.max(width, height) > PICTURE_PIXELS[n - 1])) {
      found = together(found, await symbolsIn(pixels(bitmap, width, height, most)));
    }
    if (enough(found.seen)) return found;
    const last = pixels(bitmap, width, height, PICTURE_PIXELS.at(-1), ENLARGED);
    return together(found, await symbolsIn(prepared(last, PICTURE)));
  } finally {
    bitmap.close();
  }
}
