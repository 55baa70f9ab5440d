// @ts-check
// The signature field: what is drawn with a pen, a finger or a mouse goes into the form as strokes. And while a signature
// is awaited from a phone, the page of the desk asks now and then whether it has come.

const WIDTH = 600; // of the field, in its own units; the server knows the same
const HEIGHT = 200;
const SHARP = 2; // pixels for each unit
const PEN = 4;
const APART = 2; // units between two points that are kept
const MOST_POINTS = 2_500; // the server takes more
const ASK_AGAIN = 4_000; // ms

class Pad {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.canvas = /** @type {HTMLCanvasElement} */ (box.querySelector("canvas"));
    this.input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
    this.clearButton = /** @type {HTMLButtonElement} */ (box.querySelector("button"));
    /** @type {number[][]} each stroke as x, y, x, y, … */
    this.strokes = [];
    this.pointer = -1;
    this.canvas.width = WIDTH * SHARP;
    this.canvas.height = HEIGHT * SHARP;
    this.pen = this.canvas.getContext("2d");
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, (event) => this.end(event));
    this.clearButton.addEventListener("click", () => this.clear());
    this.clear();
    box.hidden = false;
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  place(event) {
    const shown = this.canvas.getBoundingClientRect();
    const within = (/** @type {number} */ at, /** @type {number} */ end) => Math.min(Math.max(Math.round(at), 0), end);
    const x = ((event.clientX - shown.left) / shown.width) * WIDTH;
    const y = ((event.clientY - shown.top) / shown.height) * HEIGHT;
    return [within(x, WIDTH), within(y, HEIGHT)];
  }

  /** @param {Event} event */
  begin(event) {
    if (!(event instanceof PointerEvent) || this.pointer !== -1 || event.button !== 0 || this.isFull()) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.place(event);
    this.strokes.push([...at]);
    this.line(at, at);
  }

  /** @param {Event} event */
  draw(event) {
    if (!(event instanceof PointerEvent) || event.pointerId !== this.pointer || this.isFull()) return;
    const stroke = this.strokes.at(-1);
    const [x, y] = this.place(event);
    const [lastX, lastY] = stroke.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < APART) return;
    stroke.push(x, y);
    this.line([lastX, lastY], [x, y]);
  }

  /** @param {Event} event */
  end(event) {
    if (!(event instanceof PointerEvent) || event.pointerId !== this.pointer) return;
    this.pointer = -1;
    this.input.value = JSON.stringify(this.strokes);
  }

  isFull() {
    return this.strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) >= MOST_POINTS;
  }

  /** @param {number[]} from @param {number[]} to */
  line(from, to) {
    this.pen.beginPath();
    this.pen.moveTo(from[0], from[1]);
    this.pen.lineTo(to[0], to[1]);
    this.pen.stroke();
  }

  clear() {
    this.strokes = [];
    this.input.value = "";
    this.pen.setTransform(SHARP, 0, 0, SHARP, 0, 0);
    this.pen.clearRect(0, 0, WIDTH, HEIGHT);
    this.pen.lineWidth = PEN;
    this.pen.lineCap = "round";
    this.pen.lineJoin = "round";
    this.pen.strokeStyle = "#000";
  }
}

/** Show the page anew once the signature has come.
 * @param {HTMLElement} place */
function wait(place) {
  /** @returns {Promise<void>} */
  const ask = async () => {
    const answer = document.hidden
      ? Response.error()
      : await fetch(place.dataset.awaited).catch(() => Response.error());
    if (answer.ok && (await answer.json()).signed) location.reload();
    else setTimeout(ask, ASK_AGAIN);
  };
  setTimeout(ask, ASK_AGAIN);
}

for (const box of document.querySelectorAll("[data-pad]")) new Pad(/** @type {HTMLElement} */ (box));
for (const place of document.querySelectorAll("[data-awaited]")) wait(/** @type {HTMLElement} */ (place));
