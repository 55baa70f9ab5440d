// @ts-check
// The camera: the one at the back, with light and zoom where the device has them, until a symbol is read.

import { byId } from "./elements.js";
import { readFrame } from "./symbol_reader.js";

const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } },
};

/** @type {MediaStream | null} */
let stream = null;
/** @type {(frame?: unknown) => void} */
let wake = () => {}; // ends the wait for a frame: a camera that was let go sends none
let turn = 0; // grows with every start and stop, so that a loop that was left behind ends by itself

function track() {
  return stream?.getVideoTracks()[0];
}

/**
 * Not every browser knows getCapabilities, and not every camera has what it lists.
 * @param {object} constraint torch and zoom, which the types of the DOM do not know yet
 * @returns {Promise<boolean>}
 */
async function apply(constraint) {
  try {
    await track()?.applyConstraints({ advanced: [constraint] });
    return true;
  } catch {
    return false;
  }
}

function offerTools() {
  /** @type {any} */
  const can = track()?.getCapabilities?.() ?? {};
  byId("torch").hidden = !can.torch;
  byId("torch").setAttribute("aria-pressed", "false");
  byId("zoom-row").hidden = !can.zoom || can.zoom.min === can.zoom.max;
  if (can.zoom) {
    Object.assign(byId("zoom"), { min: can.zoom.min, max: can.zoom.max, step: can.zoom.step || 0.1 });
    byId("zoom").value = /** @type {any} */ (track().getSettings()).zoom ?? can.zoom.min;
  }
}

byId("torch").addEventListener("click", async () => {
  const on = byId("torch").getAttribute("aria-pressed") !== "true";
  if (await apply({ torch: on })) byId("torch").setAttribute("aria-pressed", String(on));
});
byId("zoom").addEventListener("input", () => apply({ zoom: Number(byId("zoom").value) }));

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<unknown>}
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    wake = resolve;
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} mine
 * @returns {Promise<string | null>}
 */
async function look(video, mine) {
  for (let frame = 0; mine === turn; frame += 1) {
    await nextFrame(video);
    const text = mine === turn ? await readFrame(video, frame % 2 === 0) : null;
    if (text !== null) return text;
  }
  return null;
}

/**
 * A short tone and a short buzz, where the device has them: the eyes are on the sheet, not on the screen.
 * @param {AudioContext} sound
 */
function signal(sound) {
  navigator.vibrate?.(80);
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.value = 0.1;
  tone.frequency.value = 1320;
  tone.connect(volume).connect(sound.destination);
  tone.onended = () => sound.close();
  tone.start();
  tone.stop(sound.currentTime + 0.12);
}

/**
 * Show the camera and resolve to the text of the first symbol, or null when it was stopped. Rejects with the
 * browser's error: NotAllowedError, NotFoundError, NotReadableError; TypeError where there are no cameras without TLS.
 * @returns {Promise<string | null>}
 */
export async function scan() {
  const mine = ++turn;
  // Made while the press that started this still counts: browsers let no page sound by itself.
  const sound = new AudioContext();
  try {
    const given = await navigator.mediaDevices.getUserMedia(WANTED);
    if (mine !== turn) {
      for (const each of given.getTracks()) each.stop();
      return null;
    }
    stream = given;
    byId("video").srcObject = stream;
    await byId("video").play();
    offerTools();
    const text = await look(byId("video"), mine);
    if (text !== null) signal(sound);
    else sound.close();
    return text;
  } catch (error) {
    sound.close();
    throw error;
  } finally {
    if (mine === turn) stop();
  }
}

/** Let go of the camera. */
export function stop() {
  turn += 1;
  wake();
  for (const each of stream?.getTracks() ?? []) each.stop();
  stream = null;
  byId("video").srcObject = null;
}
