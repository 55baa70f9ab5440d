// @ts-check
// What the device keeps between visits: the root's key, the signed lists with the time they were fetched, the words.
// One object store of IndexedDB, by name. Where a browser refuses it (private windows), all is kept for this visit only.

import { carriedOut, settled } from "../ui/indexed_db.js";

const DATABASE = "licence-qr-verify";
const STORE = "kept";
const LOCK = "licence-qr-lists"; // held by the page that decides which list is the newest
const NEWEST = "newest"; // the highest edition of each list, by its name
const thisVisit = new Map();
/** @type {Promise<IDBDatabase> | undefined} */
let opening;

// A page stays open for days: a connection that failed, or that the browser has closed meanwhile, is opened anew.
function opened() {
  if (!opening) {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    opening = settled(request);
    opening.then((database) => {
      database.onclose = letGo;
      database.onversionchange = () => {
        database.close();
        letGo();
      };
    }, letGo);
  }
  return opening;
}

function letGo() {
  opening = undefined;
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>}
 */
async function inStore(mode, act) {
  return carriedOut((await opened()).transaction(STORE, mode), act);
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
    thisVisit.delete(name);
    return true;
  } catch {
    thisVisit.set(name, value);
    return false;
  }
}

/** @type {(row: any) => Record<string, number>} */
const numbers = (row) => row ?? {};

/**
 * The highest edition of each list that this device has kept, by name. They outlive a list that cannot be read any more.
 * @returns {Promise<Record<string, number>>}
 */
export async function newest() {
  return numbers(await kept(NEWEST));
}

/**
 * Keep a list and its edition, unless another page of this browser has kept a newer one: one page decides at a time, so
 * that of two that fetch at once the newer list stays. Resolves to false when this one is the older.
 * @param {string} name
 * @param {unknown} value
 * @param {number} edition
 * @returns {Promise<boolean>}
 */
export async function keepNewest(name, value, edition) {
  const before = await newest();
  if ((before[name] ?? 0) > edition) return false;
  try {
    const isNewest = await keptIfNewest(name, value, edition);
    thisVisit.delete(name);
    if (isNewest && thisVisit.has(NEWEST)) thisVisit.set(NEWEST, { ...before, [name]: edition });
    return isNewest;
  } catch {
    thisVisit.set(name, value);
    thisVisit.set(NEWEST, { ...before, [name]: edition }); // of the other lists too: from now on only this is asked
    return true;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} edition
 * @returns {Promise<boolean>}
 */
function keptIfNewest(name, value, edition) {
  // One page at a time, by a lock and not by one transaction: that would wait for this page between its question and its
  // answer, and with it all pages, if it is left then (see `carriedOut`). A lock is let go of.
  return navigator.locks.request(LOCK, async () => {
    const before = numbers(await inStore("readonly", (store) => store.get(NEWEST)));
    if ((before[name] ?? 0) > edition) return false;
    await inStore("readwrite", (store) => {
      store.put(value, name);
      return store.put({ ...before, [name]: edition }, NEWEST);
    });
    return true;
  });
}

/** Forget everything, the root's key too. */
export async function forget() {
  thisVisit.clear();
  try {
    await navigator.locks.request(LOCK, () => inStore("readwrite", (store) => store.clear()));
  } catch {
    // Nothing could be kept, so nothing is left.
  }
}
