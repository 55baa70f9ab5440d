// @ts-check
// What a camera has besides a picture: a light, zoom, other lenses. Not every browser tells, and some tell late.

import { byId, element } from "../ui/elements.js";
import { t } from "../ui/words.js";

const KEPT = "lens"; // in localStorage: the id of the camera that was chosen, which is another one for every site
const AT_THE_BACK = /back|rear|environment|后|背/i;

/** @type {MediaStreamTrack | null} */
let track = null;
let lensChanged = () => {};
/** @type {string | null} */
let lens = null; // chosen since the page was opened

/**
 * Not every camera has what it lists.
 * @param {object} constraint torch and zoom, which the types of the DOM do not know yet
 * @returns {Promise<boolean>}
 */
async function apply(constraint) {
  try {
    await track.applyConstraints({ advanced: [constraint] });
    return true;
  } catch {
    return false;
  }
}

/**
 * Offer what a camera that was just opened has. `changed` is called when another lens is chosen.
 * @param {MediaStreamTrack} opened
 * @param {() => void} changed
 */
export function beginTools(opened, changed) {
  track = opened;
  lensChanged = changed;
  byId("torch").hidden = true;
  byId("torch").setAttribute("aria-pressed", "false");
  byId("zoom-row").hidden = true;
  offerTools(opened);
  offerLenses(opened);
}

/**
 * Offer light and zoom where the camera says by now that it has them. What is set already stays as it is.
 * @param {MediaStreamTrack} opened
 */
export function offerTools(opened) {
  /** @type {any} */
  const can = opened.getCapabilities?.() ?? {};
  byId("torch").hidden = !can.torch;
  const zooms = can.zoom && can.zoom.min !== can.zoom.max;
  if (zooms && byId("zoom-row").hidden) {
    Object.assign(byId("zoom"), { min: can.zoom.min, max: can.zoom.max, step: can.zoom.step || 0.1 });
    byId("zoom").value = /** @type {any} */ (opened.getSettings()).zoom ?? can.zoom.min;
  }
  byId("zoom-row").hidden = !zooms;
}

byId("torch").addEventListener("click", async () => {
  const on = byId("torch").getAttribute("aria-pressed") !== "true";
  if (await apply({ torch: on })) byId("torch").setAttribute("aria-pressed", String(on));
});
byId("zoom").addEventListener("input", () => apply({ zoom: Number(byId("zoom").value) }));

/** @returns {Promise<MediaDeviceInfo[]>} */
async function cameras() {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
  } catch {
    return [];
  }
}

/**
 * @param {MediaDeviceInfo} camera
 * @returns {boolean}
 */
function atTheBack(camera) {
  /** @type {any} */
  const told = camera;
  return AT_THE_BACK.test(camera.label) || Boolean(told.getCapabilities?.().facingMode?.includes("environment"));
}

/**
 * The cameras at the back, or all where none says that it is there.
 * @param {MediaStreamTrack} opened
 * @returns {Promise<void>}
 */
async function offerLenses(opened) {
  const all = await cameras();
  if (opened !== track) return;
  const back = all.filter(atTheBack);
  const offered = back.length ? back : all;
  const options = offered.map(({ deviceId, label }, n) => {
    const option = element("option", "", label || t(`相机 ${n + 1}`, `Camera ${n + 1}`));
    option.value = deviceId;
    return option;
  });
  byId("lens").replaceChildren(...options);
  byId("lens").value = opened.getSettings().deviceId ?? "";
  byId("lens-row").hidden = offered.length < 2;
}

byId("lens").addEventListener("change", () => {
  lens = byId("lens").value;
  try {
    localStorage.setItem(KEPT, lens);
  } catch {
    // A browser that keeps nothing: it is chosen until the page is closed.
  }
  lensChanged();
});

/**
 * The id of the camera that was chosen on this device, or null.
 * @returns {string | null}
 */
export function keptLens() {
  try {
    return lens ?? localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Go back to the camera that the browser chooses. */
export function forgetLens() {
  lens = null;
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}
