// @ts-check
// The visit on the screen: every change of it is kept on the device at once, one after the other, the newest state last.

/** @import { Visit } from "./visit/types.d.ts" */
/** @import { Keeping } from "./steps/types.d.ts" */
/** @import { Shown } from "./types.d.ts" */

import { Unavailable } from "../pack/vault.js";
import { t } from "../ui/words.js";
import { dropPhoto, dropVisit, heldVisit, keepVisit } from "./device/kept.js";
import { hold } from "./device/lock.js";
import { taken, withoutPhoto, withPhoto } from "./device/photos.js";
import { missing } from "./visit/missing.js";
import { contentOf, instant, overNow, sha256 } from "./visit/visit.js";
import { momentWords } from "./visit/words.js";

/**
 * Why something could not be done on this device, and what to do.
 * @param {any} error
 * @returns {string}
 */
export function inWords(error) {
  if (error instanceof Unavailable)
    return t(
      "密钥已收回，这一步没有保存。请重新登录后再试。",
      "The key has been withdrawn and this step was not saved. Sign in again and repeat it.",
    );
  if (error?.name === "QuotaExceededError")
    return t(
      "设备空间不足，这一步没有保存。请先发送或删除别的内容。",
      "The device is out of space and this step was not saved. Send or delete something first.",
    );
  return error?.message ?? t("这一步没有完成。", "This step was not completed.");
}

/**
 * A draft with all that its steps can do to it. `say` shows what went wrong; `redraw` shows the step anew; `told` hears
 * whether the newest state is kept: "saving", "kept" or "unkept", as `keeping` says at any time.
 */
export class OpenVisit {
  /**
   * @param {{ visit: Visit; release: () => void } & Shown} given
   */
  constructor({ visit, release, say, redraw, told }) {
    this.visit = visit;
    this.release = release;
    this.say = say;
    this.redraw = redraw;
    this.told = told;
    /** @type {Keeping} */
    this.keeping = "kept";
    this.finished = false;
    /** @type {Promise<any>} */
    this.kept = Promise.resolve();
    /** @type {Promise<void>} */
    this.shots = Promise.resolve();
  }

  /**
   * The draft of that id. Null where another page has it, undefined where there is none.
   * @param {string} id
   * @param {Shown} shown
   * @returns {Promise<OpenVisit | null | undefined>}
   */
  static async of(id, { say, redraw, told }) {
    const release = await hold(id);
    if (!release) return null;
    const visit = await heldVisit(id).catch(/** @returns {undefined} */ () => undefined);
    if (visit?.state === "draft") return new OpenVisit({ visit, release, say, redraw, told });
    release();
    return undefined;
  }

  // Arrow functions: the steps hand them on.
  now = () => new Date();

  /**
   * Change some fields. Resolves to whether that is kept; false also where a newer change took it along.
   * @param {Partial<Visit>} fields
   * @returns {Promise<boolean>}
   */
  change = (fields) => {
    this.visit = { ...this.visit, ...fields };
    const state = this.visit;
    this.tell("saving");
    this.kept = this.kept.then(() => this.keep(state));
    return this.kept;
  };

  /** @param {Keeping} keeping */
  tell = (keeping) => {
    this.keeping = keeping;
    this.told(keeping);
  };

  /** @param {Visit} state */
  keep = async (state) => {
    if (state !== this.visit) return false; // a newer one follows
    try {
      await keepVisit(state);
    } catch (error) {
      this.say(inWords(error));
      if (state === this.visit) this.tell("unkept");
      return false;
    }
    if (state === this.visit) this.tell("kept");
    return true;
  };

  /**
   * One after the other: each is counted before the next one, and none comes after the end.
   * @param {File} file
   * @param {string | null} key
   */
  photograph = (file, key) => {
    this.shots = this.shots.then(() => this.shoot(file, key));
    return this.shots;
  };

  /** @type {(file: File, key: string | null) => Promise<void>} */
  shoot = async (file, key) => {
    this.say("");
    try {
      const photo = await taken(this.visit, file, this.now());
      await this.change(withPhoto(this.visit, photo, key));
    } catch (error) {
      this.say(inWords(error));
    }
  };

  /** @param {string} sum */
  unphotograph = async (sum) => {
    // Only when no state that is kept names it any more.
    if (await this.change(withoutPhoto(this.visit, sum))) await dropPhoto(this.visit, sum);
    await this.redraw();
  };

  beginAnew = async () => {
    const first = t(
      `检查最初开始于 ${momentWords(this.visit.startedAt)}。`,
      `First started ${momentWords(this.visit.startedAt)}.`,
    );
    await this.change({ startedAt: instant(this.now()), remarks: `${this.visit.remarks}\n${first}`.trim() });
    await this.redraw();
  };

  throwAway = async () => {
    await this.idle();
    await dropVisit(this.visit.id);
    this.keeping = "kept"; // nothing is left to keep
    location.hash = "";
  };

  /** Make the bytes that will be sent, and keep them: from here on the visit is not changed any more. */
  finish = async () => {
    if (this.finished) return; // one visit has one text: a second one would contradict the first
    this.finished = true;
    try {
      this.finished = await this.finishNow();
    } catch (error) {
      this.finished = false;
      this.say(inWords(error));
    }
  };

  finishNow = async () => {
    await this.idle();
    const now = this.now();
    if (missing(this.visit, overNow(this.visit), now).length) {
      await this.redraw(); // it was complete when it was shown: a photograph came, or a day went by
      return false;
    }
    const content = contentOf(this.visit, now);
    await keepVisit({
      ...this.visit,
      state: "finished",
      finishedAt: instant(now),
      content,
      hash: await sha256(content),
      problem: null,
    });
    this.keeping = "kept";
    location.hash = "";
    return true;
  };

  /** Wait for what is under way. */
  idle = async () => {
    await this.shots;
    await this.kept;
  };

  /** Wait for what is under way, and try once more what could not be kept. Whether the newest state is kept now. */
  settled = async () => {
    await this.idle();
    return this.keeping === "kept" || this.keep(this.visit);
  };
}
