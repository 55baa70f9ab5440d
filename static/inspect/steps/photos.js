// @ts-check
// Third step: all photographs of the visit, and more of them.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Photo } from "../visit/types.d.ts" */

import { element } from "../../ui/elements.js";
import { button, camera, labelled, text } from "../../ui/fields.js";
import { t } from "../../ui/words.js";
import { pictured } from "../device/photos.js";
import { MOST_PHOTOS } from "../visit/visit.js";
import { momentWords } from "../visit/words.js";

const MOST_NOTE = 200;

/**
 * @param {VisitContext} context
 * @param {Photo} photo
 * @returns {HTMLElement}
 */
function noteField(context, photo) {
  const control = text(
    photo.note,
    (note) => {
      const photos = context.visit.photos.map((each) => (each.sha256 === photo.sha256 ? { ...each, note } : each));
      context.change({ photos });
    },
    { most: MOST_NOTE },
  );
  return labelled(control, t("说明（可不填）", "Note (optional)"));
}

/**
 * @param {VisitContext} context
 * @param {Photo} photo
 * @param {boolean} noted
 * @returns {Promise<HTMLElement>}
 */
async function shot(context, photo, noted) {
  const number = context.visit.photos.findIndex(({ sha256 }) => sha256 === photo.sha256) + 1;
  const name = t(`照片 ${number}`, `Photo ${number}`);
  const image = await pictured(context.visit, photo, `${name}，${momentWords(photo.taken_at)}`).catch(() =>
    element("p", "note", t("这张照片打不开。", "This photo cannot be opened.")),
  );
  const remove = button(t(`删除照片 ${number}`, `Delete photo ${number}`), () => context.unphotograph(photo.sha256));
  return element("li", "", image, ...(noted ? [noteField(context, photo)] : []), remove);
}

/**
 * List entries of photographs; with `noted` each takes a note.
 * @param {VisitContext} context
 * @param {Photo[]} photos
 * @param {boolean} [noted]
 * @returns {Promise<HTMLElement[]>}
 */
export async function shots(context, photos, noted = false) {
  return Promise.all(photos.map((photo) => shot(context, photo, noted)));
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {Promise<HTMLElement[]>}
 */
export async function photosStep(context) {
  const list = element("ul", "shots", ...(await shots(context, context.visit.photos, true)));
  const count = element(
    "p",
    "quiet",
    t(
      `${context.visit.photos.length} 张，最多 ${MOST_PHOTOS} 张。照片缩小后只留画面，位置和设备信息不保存。`,
      `${context.visit.photos.length} of at most ${MOST_PHOTOS}. Photos are made smaller; location and device details are not saved.`,
    ),
  );
  const taken = camera(async (file) => {
    await context.photograph(file, null);
    await context.redraw();
  });
  return [count, list, taken];
}
