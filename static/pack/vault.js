// @ts-check
// Rows of IndexedDB under AES-GCM (NIST SP 800-38D). The key comes from two halves by HKDF (RFC 5869): one is kept beside
// the rows and cannot be exported even by scripts, the other is a cookie that signing out takes back. What this protects
// against and what not: docs/using/inspectors-pack.md.

/** @import { Bytes, SealedRow, Unavailability } from "./types.d.ts" */

import { carriedOut, settled } from "../ui/indexed_db.js";

const STORE = "rows";
const BASE = "base"; // the half that is kept here
const utf8 = new TextEncoder();

/** Why a row cannot be read: "none", "expired", "clock", "signed_out" or "unreadable". */
export class Unavailable extends Error {
  /** @param {Unavailability} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The half of the key that is a cookie, or null. It begins with the number of the account it belongs to.
 * @returns {string | null}
 */
export function cookieHalf() {
  return /(?:^|; )(?:__Host-)?pack-key=([0-9a-z-]+)/.exec(document.cookie)?.[1] ?? null;
}

/** One database of sealed rows. `label` keeps its keys apart from those of any other. */
export class Vault {
  /**
   * @param {string} database
   * @param {string} label
   */
  constructor(database, label) {
    this.database = database;
    this.label = label;
  }

  /**
   * Opened for each act and closed after it: no page keeps another one from deleting.
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} act
   * @returns {Promise<any>}
   */
  async inStore(mode, act) {
    const opening = indexedDB.open(this.database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await settled(opening);
    try {
      return await carriedOut(database.transaction(STORE, mode), act);
    } finally {
      database.close();
    }
  }

  /**
   * @param {string} name
   * @returns {Promise<any>}
   */
  read(name) {
    return this.inStore("readonly", (store) => store.get(name));
  }

  /**
   * @param {string} name
   * @param {unknown} value
   * @returns {Promise<unknown>}
   */
  write(name, value) {
    return this.inStore("readwrite", (store) => store.put(value, name));
  }

  /**
   * @param {string} name
   * @returns {Promise<void>}
   */
  remove(name) {
    return this.inStore("readwrite", (store) => store.delete(name));
  }

  clear() {
    return this.inStore("readwrite", (store) => store.clear());
  }

  /** @returns {Promise<CryptoKey>} */
  async keptHalf() {
    const kept = await this.read(BASE);
    if (kept) return kept;
    const random = crypto.getRandomValues(new Uint8Array(32));
    const made = await crypto.subtle.importKey("raw", random, "HKDF", false, ["deriveKey"]);
    try {
      await this.inStore("readwrite", (store) => store.add(made, BASE));
      return made;
    } catch (error) {
      const other = await this.read(BASE); // another page made one at the same moment: what it sealed has to stay readable
      if (!other) throw error;
      return other;
    }
  }

  /**
   * @param {string} half
   * @returns {Promise<CryptoKey>}
   */
  async wholeKey(half) {
    const how = { name: "HKDF", hash: "SHA-256", salt: utf8.encode(half), info: utf8.encode(this.label) };
    return crypto.subtle.deriveKey(how, await this.keptHalf(), { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
  }

  /**
   * Encrypt `bytes` under `name`. `outside` (plain values) stands readable beside them and is bound in.
   * @param {string} name
   * @param {Bytes} bytes
   * @param {string} half
   * @param {Record<string, string | number>} outside
   * @returns {Promise<void>}
   */
  async seal(name, bytes, half, outside) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const box = await crypto.subtle.encrypt(gcm(name, iv, outside), await this.wholeKey(half), bytes);
    await this.write(name, { iv, ...outside, box });
  }

  /**
   * The bytes of a row that was read. Throws Unavailable "unreadable": another key, or a row that was changed.
   * @param {string} name
   * @param {SealedRow} row
   * @param {string} half
   * @returns {Promise<Bytes>}
   */
  async unseal(name, { iv, box, ...outside }, half) {
    try {
      return new Uint8Array(await crypto.subtle.decrypt(gcm(name, iv, outside), await this.wholeKey(half), box));
    } catch {
      throw new Unavailable("unreadable");
    }
  }
}

/**
 * Bound in, so that nobody can change what stands outside.
 * @param {string} name
 * @param {Bytes} iv
 * @param {Record<string, unknown>} outside
 * @returns {AesGcmParams}
 */
function gcm(name, iv, outside) {
  return { name: "AES-GCM", iv, additionalData: utf8.encode([name, ...Object.values(outside)].join(" ")) };
}
