// @ts-check
// A field to sign in with a finger, a pen or a mouse. What is kept are the lines, in whole numbers on a field of fixed
// size, however large it is shown: they are drawn again anywhere.

/** @import { Stroke } from "../visit/types.d.ts" */

import { FIELD } from "../visit/visit.js";

const MOST_STROKES = 500;
const MOST_NUMBERS = 20_000;
const LEAST_STEP = 3; // nearer points say nothing that can be seen

/**
 * @param {PointerEvent} event
 * @param {HTMLCanvasElement} canvas
 * @returns {[x: number, y: number]}
 */
function pointOf(event, canvas) {
  const box = canvas.getBoundingClientRect();
  /** @type {(value: number, start: number, size: number, most: number) => number} */
  const at = (value, start, size, most) => Math.min(most, Math.max(0, Math.round(((value - start) / size) * most)));
  return [at(event.clientX, box.left, box.width, FIELD.width), at(event.clientY, box.top, box.height, FIELD.height)];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Stroke} stroke
 */
function draw(pen, stroke) {
  pen.beginPath();
  pen.moveTo(stroke[0], stroke[1]);
  for (let n = 2; n < stroke.length; n += 2) pen.lineTo(stroke[n], stroke[n + 1]);
  if (stroke.length === 2) pen.lineTo(stroke[0] + 0.1, stroke[1]); // a dot is a line that hardly moves
  pen.stroke();
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Stroke[]} strokes
 */
function drawAll(canvas, strokes) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, FIELD.width, FIELD.height);
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#1a1d21" });
  for (const stroke of strokes) draw(pen, stroke);
}

/**
 * @param {Stroke[]} strokes
 * @returns {boolean}
 */
function fits(strokes) {
  return strokes.length <= MOST_STROKES && strokes.reduce((n, stroke) => n + stroke.length, 0) < MOST_NUMBERS - 2;
}

/**
 * A canvas that shows `strokes` and adds to a copy of them; `signed` hears of all after each line.
 * @param {Stroke[]} strokes
 * @param {(strokes: Stroke[]) => void} signed
 * @returns {HTMLCanvasElement}
 */
export function signatureField(strokes, signed) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, FIELD);
  let all = strokes;
  /** @type {Stroke | null} */
  let line = null;
  drawAll(canvas, all);
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || !fits(all)) return;
    canvas.setPointerCapture(event.pointerId);
    line = pointOf(event, canvas);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line || !event.isPrimary) return;
    const [x, y] = pointOf(event, canvas);
    if (Math.hypot(x - line.at(-2), y - line.at(-1)) < LEAST_STEP || !fits([...all, line])) return;
    line.push(x, y);
    drawAll(canvas, [...all, line]);
  });
  const end = () => {
    if (!line) return;
    all = [...all, line];
    line = null;
    drawAll(canvas, all);
    signed(all);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  return canvas;
}
