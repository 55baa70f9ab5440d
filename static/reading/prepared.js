// @ts-check
// A picture made plain for a second look: smoothed, and black where a point is darker than what surrounds it, else white.
// Smoothing takes the grain of sensor and JPEG away, comparing with the surroundings takes shadows and poor contrast away.
// The same is done by `licence-qr verify` (reading/pictures.py); what it is worth stands in docs/verifying/interop.md.

/** @import { Preparing } from "./types.d.ts" */

const DARKER = 4; // of 255, than the surroundings: less is noise on blank paper

/**
 * @param {ImageData} image
 * @returns {Uint8ClampedArray}
 */
function greyOf({ data, width, height }) {
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0, at = 0; i < grey.length; i += 1, at += 4) {
    grey[i] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8; // ITU-R BT.601, in 256ths
  }
  return grey;
}

/**
 * Means over a window of `reach` points to each side; at the edges, of what there is of it.
 * @param {Uint8ClampedArray} grey
 * @param {number} width
 * @param {number} height
 * @param {number} reach
 * @returns {Uint8ClampedArray}
 */
function meansOf(grey, width, height, reach) {
  const means = new Uint8ClampedArray(grey.length);
  const columns = new Uint32Array(width); // sums down the window's rows
  let rows = 0;
  /** @type {(y: number, sign: 1 | -1) => void} */
  const addRow = (y, sign) => {
    if (y < 0 || y >= height) return;
    rows += sign;
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) columns[x] += sign * grey[at];
  };
  for (let y = 0; y < reach; y += 1) addRow(y, 1);
  for (let y = 0; y < height; y += 1) {
    addRow(y + reach, 1);
    addRow(y - reach - 1, -1);
    let sum = 0;
    for (let x = 0; x < Math.min(reach, width); x += 1) sum += columns[x];
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      if (x + reach < width) sum += columns[x + reach];
      if (x > reach) sum -= columns[x - reach - 1];
      means[at] = sum / (rows * (Math.min(x + reach, width - 1) - Math.max(x - reach, 0) + 1));
    }
  }
  return means;
}

/**
 * The picture in black and white. `reach`: how far the surroundings go, a few modules; `grain`: how far to smooth, or 0.
 * @param {ImageData} image
 * @param {Preparing} how
 * @returns {ImageData}
 */
export function prepared(image, { reach, grain }) {
  const { width, height } = image;
  const grey = greyOf(image);
  const smooth = grain ? meansOf(grey, width, height, grain) : grey;
  const around = meansOf(smooth, width, height, reach);
  const plain = new ImageData(width, height);
  const points = new Uint32Array(plain.data.buffer);
  for (let i = 0; i < points.length; i += 1) {
    points[i] = around[i] - smooth[i] > DARKER ? 0xff000000 : 0xffffffff; // opaque in either order of bytes
  }
  return plain;
}
