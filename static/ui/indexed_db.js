// @ts-check
// IndexedDB with promises.

/**
 * What a request resolves to; rejects with its error.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Make requests in a transaction of their own, all at once, and resolve to the result of the last when they are kept. The
 * transaction ends with them, not when this page hears of it: a page that is left hears nothing any more, and WebKit lets
 * its open transaction hold up those of all other pages (webkit.org/b/315804).
 * @template T
 * @param {IDBTransaction} transaction
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
export async function carriedOut(transaction, act) {
  const kept = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  kept.catch(() => {}); // said by the request that failed
  const request = act(transaction.objectStore(transaction.objectStoreNames[0]));
  transaction.commit();
  const result = await settled(request);
  await kept;
  return result;
}
