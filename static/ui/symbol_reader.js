// @ts-check
// Finding QR symbols in frames and pictures, with the ZXing reader that is kept beside the page.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader.js";
import { prepared } from "./prepared.js";

const OPTIONS = { formats: ["QRCode"], maxNumberOfSymbols: 1, textMode: "Plain", tryHarder: true };
// A frame larger than this is read no better and slower; a picture may be a whole sheet with a small symbol.
const FRAME_PIXELS = 1280;
const PICTURE_PIXELS = [1600, 3200];
const ENLARGED = 2; // at most, for the last look: modules of three pixels are too few to find their middles
// How far surroundings and smoothing go, in pixels: a picture may have been enlarged, a frame is not.
const PICTURE = { reach: 16, grain: 1 };
const FRAME = { reach: 8, grain: 0 };

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
 * @param {ImageData} image
 * @returns {Promise<string | null>}
 */
async function textIn(image) {
  const [found] = await readBarcodes(image, OPTIONS);
  return found?.isValid ? found.text : null;
}

/**
 * The text of a symbol in the video's present frame, or null. `plainly`: look at it as it is, or prepared.
 * @param {HTMLVideoElement} video
 * @param {boolean} plainly
 * @returns {Promise<string | null>}
 */
export async function readFrame(video, plainly) {
  if (!video.videoWidth) return null;
  const image = pixels(video, video.videoWidth, video.videoHeight, FRAME_PIXELS);
  return textIn(plainly ? image : prepared(image, FRAME));
}

/**
 * The text of a symbol in a picture, a file or a canvas, or null. Throws when the browser cannot show the file.
 * @param {ImageBitmapSource} picture
 * @returns {Promise<string | null>}
 */
export async function readPicture(picture) {
  const bitmap = await createImageBitmap(picture);
  try {
    for (const most of PICTURE_PIXELS) {
      const text = await textIn(pixels(bitmap, bitmap.width, bitmap.height, most));
      if (text !== null) return text;
    }
    const last = pixels(bitmap, bitmap.width, bitmap.height, PICTURE_PIXELS.at(-1), ENLARGED);
    return await textIn(prepared(last, PICTURE));
  } finally {
    bitmap.close();
  }
}
