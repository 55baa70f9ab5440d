// @ts-check
// Stores what is typed into an application while it is typed: after a pause, when a field is left, and when the page is
// left. It says "saved" only after the server has said so. Without it, every button of the form stores the form.

import { fillIn } from "./answers.js";
import { controlsOf, JSON_WANTED, partsOf, setText, textOf } from "./controls.js";
import { Origins, takeReader } from "./origins.js";

/** @import { DraftForm, Kept, Known, Other } from "./types.d.ts" */

const PAUSE = 700; // ms without a key
const AGAIN = [2_000, 5_000, 15_000, 30_000]; // ms before a failed save is tried again
const LONGEST_WAIT = 5_000; // ms for which a link waits for what is on its way
const MOST_KEPT_ALIVE = 60_000; // bytes; browsers send no more when a page is left

class Keeping {
  /** @param {DraftForm} form */
  constructor(form) {
    this.form = form;
    this.controls = controlsOf(form);
    /** What the server has of each field. */
    this.stored = new Map([...this.controls].map(([name, controls]) => [name, textOf(controls, true)]));
    /** @type {Map<string, string>} what is shown of what the register knows */
    this.shown = new Map();
    this.origins = new Origins(form);
    this.turn = 0;
    this.failures = 0;
    /** Whether pressing the button is what helps: somebody has to sign in. */
    this.signedOut = false;
    this.leaving = false;
    /** @type {Promise<boolean>} what is on its way */
    this.sending = null;
    this.timer = 0;
    this.kept = /** @type {HTMLElement} */ (form.querySelector("[data-kept]"));
    this.unsaved = /** @type {HTMLElement} */ (form.querySelector("[data-unsaved]"));
    this.warn = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();
  }

  /** The names of the fields that the server has not. */
  changed() {
    return [...this.controls]
      .filter(([name, controls]) => textOf(controls) !== this.stored.get(name))
      .map(([name]) => name);
  }

  /** @param {number} [wait] */
  soon(wait = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  /** Send whatever is not stored, one after the other. Whether all is stored then.
   * @returns {Promise<boolean>} */
  async flush() {
    while (this.sending) await this.sending;
    const names = this.changed();
    if (names.length === 0) return true;
    this.sending = this.send(names);
    const done = await this.sending;
    this.sending = null;
    if (done && this.changed().length > 0) this.soon();
    return done;
  }

  /** Send these fields now, whatever is on its way: a later turn wins.
   * @param {string[]} names @returns {Promise<boolean>} */
  async send(names) {
    clearTimeout(this.timer);
    const { csrf_token, revision, page, turn, origins } = this.form.elements;
    turn.value = String(++this.turn);
    const sent = new Map(names.map((name) => [name, textOf(this.controls.get(name))]));
    const body = new URLSearchParams({
      csrf_token: csrf_token.value,
      revision: revision.value,
      page: page.value,
      turn: turn.value,
      origins: origins.value,
      ...Object.fromEntries(sent),
    });
    if (this.failures === 0) this.kept.textContent = this.kept.dataset.sending;
    try {
      const answer = await fetch(this.form.dataset.keep, {
        method: "POST",
        body,
        headers: JSON_WANTED,
        keepalive: body.toString().length < MOST_KEPT_ALIVE,
      });
      if (!answer.ok) return this.refused(answer);
      this.done(await answer.json(), sent);
      return true;
    } catch {
      return this.failed(this.unsaved.dataset.retrying, true);
    }
  }

  /** @param {Kept} kept @param {Map<string, string>} sent */
  done(kept, sent) {
    for (const [name, text] of sent) this.stored.set(name, text);
    const known = kept.others.map((other) => this.tell(other)).every(Boolean);
    // Until every change by somebody else is in the fields, what is typed next is still based on what was there before.
    if (known) this.form.elements.revision.value = String(kept.revision);
    this.failures = 0;
    this.signedOut = false;
    this.unsaved.hidden = true;
    window.removeEventListener("beforeunload", this.warn);
    if (!kept.saved) return;
    this.kept.hidden = false;
    this.kept.textContent = this.kept.dataset.words + kept.saved;
    if (this.form.querySelector("[data-known]")) this.learn();
    if (new URL(location.href).searchParams.has("new")) history.replaceState(null, "", location.pathname);
  }

  /** Show what the register knows of what is stored. Without an answer the next step says it. */
  async learn() {
    const answer = await fetch(this.form.dataset.knownAt, { headers: JSON_WANTED }).catch(() => Response.error());
    if (!answer.ok) return;
    /** @type {Record<string, Known>} */
    const known = await answer.json();
    for (const place of this.form.querySelectorAll("[data-known]")) {
      const name = place.getAttribute("data-known");
      const html = known[name]?.html ?? "";
      if (this.shown.get(name) === html) continue;
      this.shown.set(name, html);
      place.replaceChildren(...partsOf(html));
      const why = /** @type {HTMLElement} */ (this.form.querySelector(`[data-why="${name}"]`));
      if (why) why.hidden = !known[name]?.asks;
    }
  }

  /** Show what somebody else has typed. Whether the field shows it, or both texts are kept.
   * @param {Other} other */
  tell(other) {
    const controls = this.controls.get(other.name);
    if (!controls) return true;
    const place = this.form.querySelector(`[data-told="${other.name}"]`);
    place?.replaceChildren(...partsOf(other.html));
    if (other.mine) return true;
    if (textOf(controls) !== this.stored.get(other.name)) return false;
    setText(controls, other.text);
    this.origins.show(other.name, other.origin, other.text !== "");
    this.stored.set(other.name, other.text);
    return true;
  }

  /** @param {Response} answer */
  async refused(answer) {
    if (answer.status === 401 || answer.status === 400) {
      this.signedOut = true;
      return this.failed(this.unsaved.dataset.signedOut, false);
    }
    if (answer.status === 429 || answer.status >= 500) return this.failed(this.unsaved.dataset.retrying, true);
    const said = await answer.json().catch(() => ({ title: "" }));
    return this.failed(this.unsaved.dataset.refused + said.title, false);
  }

  /** @param {string} words @param {boolean} again */
  failed(words, again) {
    this.kept.hidden = true;
    this.unsaved.hidden = false;
    if (this.unsaved.textContent !== words) this.unsaved.textContent = words;
    window.addEventListener("beforeunload", this.warn);
    if (again) this.soon(AGAIN[Math.min(this.failures++, AGAIN.length - 1)]);
    return false;
  }

  /** Send what is left when the page goes. */
  goodbye() {
    const names = this.leaving ? [] : this.changed();
    if (names.length > 0) this.send(names);
  }

  /** The form goes to the server whole. Where nothing could be stored, first see whether there is a server.
   * @param {SubmitEvent} event */
  async submit(event) {
    this.form.elements.turn.value = String(++this.turn);
    clearTimeout(this.timer);
    if (this.unsaved.hidden || this.signedOut) {
      this.leaving = true;
      window.removeEventListener("beforeunload", this.warn);
      return;
    }
    event.preventDefault();
    if (await this.flush()) this.form.requestSubmit(event.submitter);
  }

  /** Let what leads away wait until all is stored.
   * @param {Event} event @param {() => void} go */
  async first(event, go) {
    if (this.leaving || (this.changed().length === 0 && !this.sending)) return;
    event.preventDefault();
    await Promise.race([this.flush(), new Promise((wake) => setTimeout(wake, LONGEST_WAIT))]);
    this.leaving = this.changed().length === 0;
    go();
  }
}

/** @param {Keeping} keeping */
function listen(keeping) {
  const form = keeping.form;
  form.addEventListener("input", () => keeping.soon());
  form.addEventListener("change", () => keeping.soon(0));
  form.addEventListener("submit", (event) => keeping.submit(event));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-next]"));
  });
  document.addEventListener("submit", (event) => {
    const other = /** @type {HTMLFormElement} */ (event.target);
    if (other !== form) keeping.first(event, () => other.submit());
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!(link instanceof HTMLAnchorElement) || !plain || link.target || link.getAttribute("href").startsWith("#"))
      return;
    keeping.first(event, () => location.assign(link.href));
  });
  window.addEventListener("pagehide", () => keeping.goodbye());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keeping.goodbye();
  });
  window.addEventListener("online", () => keeping.soon(0));
}

const form = /** @type {DraftForm} */ (document.querySelector("form[data-keep]"));
if (form) {
  const keeping = new Keeping(form);
  listen(keeping);
  takeReader(form, () => keeping.soon(0));
  fillIn(form, (name) => {
    if (name) keeping.origins.derived(name);
    keeping.soon(0);
  });
  for (const key of form.querySelectorAll("kbd")) key.hidden = false;
}
