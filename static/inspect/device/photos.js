// @ts-check
// Photographs: made smaller and drawn anew before anything is kept, so that no place, time or device that the camera wrote
// into the file leaves it (Exif, XMP); only what is seen is left.

/** @import { Answer, Photo, Visit } from "../visit/types.d.ts" */
/** @import { Bytes } from "../../pack/types.d.ts" */

import { t } from "../../ui/words.js";
import { answerTo, instant, MOST_PHOTOS, sha256 } from "../visit/visit.js";
import { heldPhoto, keepPhoto } from "./kept.js";

const MOST_PIXELS = 1600;
const QUALITY = 0.8;
const MOST_FILE_BYTES = 50 * 1024 * 1024; // no phone's camera writes more; what is larger would only fill the memory
const TYPE = "image/jpeg";

/**
 * @param {ImageBitmap} bitmap
 * @returns {HTMLCanvasElement}
 */
function drawn(bitmap) {
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff"; // where the picture is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * A photograph takes tens of megabytes once it is unpacked: they are given back whatever happens.
 * @param {ImageBitmap} bitmap
 * @returns {HTMLCanvasElement}
 */
function drawnAndClosed(bitmap) {
  try {
    return drawn(bitmap);
  } finally {
    bitmap.close();
  }
}

/**
 * The bytes of a JPEG of at most 1600 pixels a side, without any metadata. Throws an Error in words.
 * @param {File} file
 * @returns {Promise<Bytes>}
 */
async function shrunk(file) {
  if (file.size > MOST_FILE_BYTES)
    throw new Error(
      t(
        "照片文件太大（最大 50 MB），没有保存。请调低相机的分辨率再拍。",
        "The photo is too large (50 MB at most) and was not saved. Set the camera to a lower resolution and take it again.",
      ),
    );
  const bitmap = await createImageBitmap(file).catch(/** @returns {ImageBitmap | null} */ () => null);
  if (!bitmap)
    throw new Error(
      t(
        "浏览器读不了这张照片（例如 HEIC）。请把相机格式设为 JPEG 再拍。",
        "The browser cannot read this photo (for example HEIC). Set the camera to JPEG and take it again.",
      ),
    );
  const canvas = drawnAndClosed(bitmap);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, TYPE, QUALITY));
  if (!blob)
    throw new Error(
      t("照片处理失败，内存可能不足。", "The photo could not be processed. The device may be out of memory."),
    );
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * Keep a photograph beside its visit: {sha256, type, bytes, taken_at, note}. Throws an Error in words.
 * @param {Visit} visit
 * @param {File} file
 * @param {Date} now
 * @returns {Promise<Photo>}
 */
export async function taken(visit, file, now) {
  if (visit.photos.length >= MOST_PHOTOS)
    throw new Error(t(`一次检查最多 ${MOST_PHOTOS} 张照片。`, `An inspection can have at most ${MOST_PHOTOS} photos.`));
  const bytes = await shrunk(file);
  const sum = await sha256(bytes);
  await keepPhoto(visit, sum, bytes);
  return { sha256: sum, type: TYPE, bytes: bytes.length, taken_at: instant(now), note: "" };
}

/**
 * What a photograph changes of a visit; under an item's key its answer names it too.
 * @param {Visit} visit
 * @param {Photo} photo
 * @param {string | null} key
 * @returns {Partial<Visit>}
 */
export function withPhoto(visit, photo, key) {
  const known = visit.photos.some(({ sha256: sum }) => sum === photo.sha256);
  const photos = known ? visit.photos : [...visit.photos, photo];
  if (key === null) return { photos };
  const given = answerTo(visit, key);
  const named = given.photos.includes(photo.sha256) ? given.photos : [...given.photos, photo.sha256];
  return { photos, answers: { ...visit.answers, [key]: { ...given, photos: named } } };
}

/**
 * What taking a photograph away changes of a visit.
 * @param {Visit} visit
 * @param {string} sum
 * @returns {Partial<Visit>}
 */
export function withoutPhoto(visit, sum) {
  /** @type {(given: Answer) => Answer} */
  const without = (given) => ({ ...given, photos: given.photos.filter((each) => each !== sum) });
  const answers = Object.fromEntries(Object.entries(visit.answers).map(([key, given]) => [key, without(given)]));
  return { photos: visit.photos.filter((photo) => photo.sha256 !== sum), answers };
}

/**
 * An <img> of a kept photograph.
 * @param {Visit} visit
 * @param {Photo} photo
 * @param {string} alt
 * @returns {Promise<HTMLElement>}
 */
export async function pictured(visit, photo, alt) {
  const image = document.createElement("img");
  image.alt = alt;
  const address = URL.createObjectURL(new Blob([await heldPhoto(visit, photo.sha256)], { type: photo.type }));
  for (const over of ["load", "error"])
    image.addEventListener(over, () => URL.revokeObjectURL(address), { once: true });
  image.src = address;
  return image;
}
