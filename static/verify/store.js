// @ts-check
// What the device keeps between visits: the root's key, the signed lists with the time they were fetched, the words.
// One object store of IndexedDB, by name. Where a browser refuses it (private windows), all is kept for this visit only.

import { settled } from "../ui/indexed_db.js";

const DATABASE = "licence-qr-verify";
const STORE = "kept";
const thisVisit = new Map();
/** @type {Promise<IDBDatabase> | undefined} */
let opening;

function opened() {
  if (!opening) {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    opening = settled(request);
  }
  return opening;
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>}
 */
async function inStore(mode, act) {
  const store = (await opened()).transaction(STORE, mode).objectStore(STORE);
  return settled(act(store));
}

/**
 * The value kept under a name; undefined when there is none.
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function kept(name) {
  if (thisVisit.has(name)) return thisVisit.get(name);
  try {
    return await inStore("readonly", (store) => store.get(name));
  } catch {
    return undefined;
  }
}

/**
 * Keep a value. Resolves to false when it will not outlive this visit.
 * @param {string} name
 * @param {unknown} value
 * @returns {Promise<boolean>}
 */
export async function keep(name, value) {
  try {
    await inStore("readwrite", (store) => store.put(value, name));
    return true;
  } catch {
    thisVisit.set(name, value);
    return false;
  }
}

/** Forget everything, the root's key too. */
export async function forget() {
  thisVisit.clear();
  try {
    await inStore("readwrite", (store) => store.clear());
  } catch {
    // Nothing could be kept, so nothing is left.
  }
}
