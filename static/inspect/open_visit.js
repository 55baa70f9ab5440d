// The visit on the screen: every change of it is kept on the device at once, one after the other, the newest state last.

import { t } from "../verify/page_words.js";
import { Unavailable } from "../verify/vault.js";
import { dropPhoto, dropVisit, heldVisit, keepVisit } from "./kept.js";
import { taken, withPhoto, withoutPhoto } from "./photos.js";
import { FIELD } from "./signature_field.js";
import { contentOf, instant, sha256 } from "./visit.js";
import { momentWords } from "./visit_words.js";

function inWords(error) {
  if (error instanceof Unavailable) return t("密钥已收回，这一步没有保存。请重新登录后再试。", "The key was taken back: this step was not kept. Sign in again and repeat it.");
  if (error.name === "QuotaExceededError") return t("设备空间不足，这一步没有保存。请先发送或删除别的内容。", "The device is full: this step was not kept. Send or delete something first.");
  return error.message;
}

/** Only one page of this browser has a visit open at a time. Resolves to what releases it, or null. */
function hold(id) {
  return new Promise((resolve) => {
    navigator.locks.request(`licence-qr-visit-${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((release) => resolve(release));
    });
  });
}

/**
 * A draft with all that its steps can do to it. `say` shows what went wrong; `redraw` shows the step anew; `told` hears
 * whether all of it is kept.
 */
export class OpenVisit {
  static async of(id, { say, redraw, told }) {
    const release = await hold(id);
    if (!release) return null;
    const visit = await heldVisit(id).catch(() => undefined);
    if (visit?.state === "draft") return Object.assign(new OpenVisit(), { visit, release, say, redraw, told, kept: Promise.resolve() });
    release();
    return undefined;
  }

  // Arrow functions: the steps hand them on.
  now = () => new Date();

  change = (fields) => {
    this.visit = { ...this.visit, ...fields };
    const state = this.visit;
    this.told(false);
    this.kept = this.kept.then(() => this.keep(state)).catch((error) => this.say(inWords(error)));
    return this.kept;
  };

  keep = async (state) => {
    if (state !== this.visit) return; // a newer one follows
    await keepVisit(state);
    this.told(state === this.visit);
  };

  photograph = async (file, key) => {
    this.say("");
    try {
      const photo = await taken(this.visit, file, this.now());
      await this.change(withPhoto(this.visit, photo, key));
    } catch (error) {
      this.say(inWords(error));
    }
  };

  unphotograph = async (sum) => {
    await this.change(withoutPhoto(this.visit, sum));
    await dropPhoto(this.visit, sum);
    await this.redraw();
  };

  beginAnew = async () => {
    const first = t(`检查最初开始于 ${momentWords(this.visit.startedAt)}。`, `First begun ${momentWords(this.visit.startedAt)}.`);
    await this.change({ startedAt: instant(this.now()), remarks: `${this.visit.remarks}\n${first}`.trim() });
    await this.redraw();
  };

  throwAway = async () => {
    await this.kept;
    await dropVisit(this.visit.id);
    location.hash = "";
  };

  /** Make the bytes that will be sent, and keep them: from here on the visit is not changed any more. */
  finish = async () => {
    if (this.finished) return; // one visit has one text: a second one would contradict the first
    this.finished = true;
    await this.kept;
    const now = this.now();
    const content = contentOf(this.visit, FIELD, now);
    const finished = { ...this.visit, state: "finished", finishedAt: instant(now), content, hash: await sha256(content), problem: null };
    try {
      await keepVisit(finished);
      location.hash = "";
    } catch (error) {
      this.finished = false;
      this.say(inWords(error));
    }
  };

  /** Everything is kept; somebody else may open it. */
  close = async () => {
    await this.kept;
    this.release();
  };
}
