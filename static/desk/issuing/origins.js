// @ts-check
// Where the texts of an application came from: the small mark beside each field, and what the server is told of answers
// that the page has put in itself. Editing makes any of them typed.

/** @import { DraftForm, Origin } from "./types.d.ts" */

export class Origins {
  /** @param {DraftForm} form */
  constructor(form) {
    this.form = form;
    /** @type {Record<Origin, [string, string]>} the mark and the spoken words */
    this.words = JSON.parse(form.dataset.origins);
    /** @type {Set<string>} fields whose answers this page has put in */
    this.put = new Set();
    form.addEventListener("input", (event) => {
      if (event.isTrusted) this.typed(/** @type {HTMLInputElement} */ (event.target));
    });
  }

  /** @param {HTMLInputElement} control */
  typed(control) {
    this.put.delete(control.name);
    this.tell();
    this.show(control.name, "typed", control.value !== "");
  }

  /** The page itself has put an answer into this field.
   * @param {string} name */
  derived(name) {
    this.put.add(name);
    this.tell();
    this.show(name, "derived");
  }

  tell() {
    this.form.elements.origins.value = [...this.put].join(",");
  }

  /** @param {string} name @param {Origin} origin @param {boolean} [filled] */
  show(name, origin, filled = true) {
    const mark = /** @type {HTMLElement} */ (this.form.querySelector(`[data-origin="${name}"]`));
    if (!mark) return;
    mark.hidden = !filled;
    mark.className = `origin ${origin}`;
    const [shown, spoken] = mark.children;
    const [sign, words] = this.words[origin];
    shown.textContent = sign;
    spoken.textContent = spoken.textContent.replace(/[^：:]*$/, ` ${words}`);
  }
}

// The field of a person's name, and that of the number beside it.
const NUMBER_OF = new Map([
  ["principal", "principal_id_number"],
  ["agent_name", "agent_id_number"],
]);
const NUMBERS = new Set(NUMBER_OF.values());

/** A card reader ends each part, or all of them, with Enter, which must not lead to the next step from these fields.
 * @param {DraftForm} form @param {() => void} read is called when a part has ended */
export function takeReader(form, read) {
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !(field instanceof HTMLInputElement)) return;
    if (!NUMBER_OF.has(field.name) && !NUMBERS.has(field.name)) return;
    event.preventDefault();
    const next = NUMBER_OF.get(field.name);
    if (next && field.value.trim() && !/\d{17}[\dXx]/.test(field.value)) document.getElementById(next)?.focus();
    read();
  });
}
