// Finding QR symbols in frames and pictures, with the ZXing reader that is kept beside the page.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader.js";

const OPTIONS = { formats: ["QRCode"], maxNumberOfSymbols: 1, textMode: "Plain" };
// A frame larger than this is read no better and slower; a picture may be a whole sheet with a small symbol.
const FRAME_PIXELS = 1280;
const PICTURE_PIXELS = [1600, 3200];

const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** Load the reader before it is needed: compiling it takes a phone about a second. */
export function prepareReader() {
  return prepareZXingModule({ fireImmediately: true });
}

function pixels(source, width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

async function textIn(image, options) {
  const [found] = await readBarcodes(image, { ...OPTIONS, ...options });
  return found?.isValid ? found.text : null;
}

/** The text of a symbol in the video's present frame, or null. */
export async function readFrame(video) {
  if (!video.videoWidth) return null;
  return textIn(pixels(video, video.videoWidth, video.videoHeight, FRAME_PIXELS), { tryHarder: true });
}

/** The text of a symbol in a picture, a file or a canvas, or null. Throws when the browser cannot show the file. */
export async function readPicture(picture) {
  const bitmap = await createImageBitmap(picture);
  try {
    for (const most of PICTURE_PIXELS) {
      const text = await textIn(pixels(bitmap, bitmap.width, bitmap.height, most), { tryHarder: true });
      if (text !== null) return text;
    }
    return null;
  } finally {
    bitmap.close();
  }
}
