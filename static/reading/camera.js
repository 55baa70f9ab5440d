// @ts-check
// The camera: the one at the back or the one chosen, until symbols are read. A camera may end (another program takes it), fall
// silent (a call), or say late what it can do; none of that is taken for certain.

/** @import { Look, Seen } from "./types.d.ts" */

import { byId } from "../ui/elements.js";
import { CameraProblem, saidOfPicture } from "./camera_problems.js";
import { beginTools, forgetLens, keptLens, offerTools } from "./camera_tools.js";
import { NOTHING, readFrame, together } from "./symbol_reader.js";

const SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const SILENT = 4000; // milliseconds without a frame, after which it is said
const LOOKED_PAST = 12; // frames in which only codes of others are seen: ours has finer modules and is often read later
const TOOLS_EVERY = 8; // frames
const MOST_IN_VAIN = 3; // openings in a row that bring no frame, after which the camera is given up

/** @type {MediaStream | null} */
let stream = null;
/** @type {(came?: unknown) => void} */
let wake = () => {}; // ends the wait for a frame: a camera that was let go sends none
let turn = 0; // grows with every start and stop, so that a loop that was left behind ends by itself
let muted = false;
let said = false; // that there is no picture
let chosen = false; // another lens: the camera ends on purpose

function track() {
  return stream?.getVideoTracks()[0];
}

/**
 * @param {MediaTrackConstraints} which
 * @returns {Promise<MediaStream>}
 */
function given(which) {
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
}

/** @returns {Promise<MediaStream>} */
async function opened() {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem(isSecureContext ? "unsupported" : "insecure");
  const lens = keptLens();
  try {
    if (lens) return await given({ deviceId: { exact: lens } });
  } catch (error) {
    if (error.name !== "OverconstrainedError" && error.name !== "NotFoundError") throw error;
    forgetLens(); // that camera is gone
  }
  return given({ facingMode: { ideal: "environment" } });
}

/** @param {boolean} silent */
function sayPicture(silent) {
  if ((silent || muted) === said) return; // it is read aloud whenever it is written
  said = silent || muted;
  byId("looking").replaceChildren(...saidOfPicture(said));
}

/**
 * @param {number} mine
 * @returns {Promise<boolean>} whether it is still wanted
 */
async function open(mine) {
  const found = await opened();
  if (mine !== turn) {
    for (const each of found.getTracks()) each.stop();
    return false;
  }
  stream = found;
  muted = track().muted;
  chosen = false;
  track().addEventListener("ended", () => stream === found && release());
  track().addEventListener("mute", () => hush(true));
  track().addEventListener("unmute", () => hush(false));
  byId("video").srcObject = stream;
  byId("video")
    .play()
    .catch(() => {}); // it was let go meanwhile; and what shows no picture is told below it
  sayPicture(false);
  beginTools(track(), otherLens);
  return true;
}

/** @param {boolean} silent */
function hush(silent) {
  muted = silent;
  sayPicture(false);
}

function otherLens() {
  chosen = true;
  release();
}

/**
 * Resolves to true when there is a new frame; else when there will be none, or none for a while.
 * @param {HTMLVideoElement} video
 * @returns {Promise<boolean>}
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    const silent = setTimeout(resolve, SILENT, false);
    wake = (came = false) => {
      clearTimeout(silent);
      resolve(came !== false);
    };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(wake);
    else requestAnimationFrame(wake);
  });
}

/**
 * The symbols of a frame, null when it was stopped; when the camera ended, "ended", or "in vain" if it never brought a frame.
 * @param {HTMLVideoElement} video
 * @param {number} mine
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<Look | null | "ended" | "in vain">}
 */
async function look(video, mine, enough) {
  let frames = 0;
  let past = 0;
  while (mine === turn && track()?.readyState === "live") {
    const came = await nextFrame(video);
    if (mine !== turn) break;
    if (track()) sayPicture(!came);
    if (!came || !video.videoWidth) continue;
    if (frames % TOOLS_EVERY === 0) offerTools(track());
    frames += 1;
    const found = await readFrame(video, frames % 2 === 1);
    if (mine !== turn) break;
    if (enough(found.seen)) return beside(video, found, frames % 2 === 0);
    past += found.seen.length ? 1 : 0;
    if (past > LOOKED_PAST && found.seen.length) return found;
  }
  if (mine !== turn) return null;
  return frames || chosen ? "ended" : "in vain";
}

/**
 * What was seen with one more look: two codes beside each other are not always read in the same frame.
 * @param {HTMLVideoElement} video
 * @param {Look} found
 * @param {boolean} plainly
 * @returns {Promise<Look>}
 */
async function beside(video, found, plainly) {
  return together(found, (await nextFrame(video)) ? await readFrame(video, plainly) : NOTHING);
}

/**
 * Made while the press that started this still counts: browsers let no page sound by itself. Null where there is no sound.
 * @returns {AudioContext | null}
 */
function loudspeaker() {
  try {
    return new AudioContext();
  } catch {
    return null;
  }
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
 * Show the camera and resolve to the symbols of a frame, the one nearest the middle first, or to null when it was stopped.
 * Codes of others are looked past for a while, until `enough` says yes. A camera that ends is opened again. Rejects with the
 * browser's error or a CameraProblem; cameraProblem puts both into words.
 * @param {(seen: Seen[]) => boolean} enough
 * @returns {Promise<Look | null>}
 */
export async function scan(enough) {
  const mine = ++turn;
  const sound = loudspeaker();
  try {
    for (let inVain = 0; inVain < MOST_IN_VAIN && (await open(mine)); ) {
      const found = await look(byId("video"), mine, enough);
      if (found === null) break;
      if (typeof found === "object") {
        if (sound) signal(sound);
        return found;
      }
      inVain = found === "in vain" ? inVain + 1 : 0;
      release();
    }
    if (mine === turn) throw new CameraProblem("ended");
    sound?.close();
    return null;
  } catch (error) {
    sound?.close();
    if (mine !== turn) return null; // stopped while it opened
    throw error;
  } finally {
    if (mine === turn) stop();
  }
}

function release() {
  wake();
  for (const each of stream?.getTracks() ?? []) each.stop();
  stream = null;
  byId("video").srcObject = null;
}

/** Let go of the camera. */
export function stop() {
  turn += 1;
  release();
}
