// The installed copy of the verify page: everything of one version in one cache, taken whole or not at all.
// The version is a hash of the page and of all static files, so a change of any of them changes this file, and the
// browser, which compares it at every visit, takes the new copy.
const VERSION = "{{ version }}";
const FILES = {{ files|tojson }};
const PAGE = "/verify";
const PAGES = {{ pages|tojson }}; // all of the same scope
const CACHE = `verify-${VERSION}`;
const LANGUAGE = "language"; // a cache that outlives versions: the language the visitor chose last

const pageIn = (path, language) => `${path}?lang=${language}`;

// No cookie is sent or kept: what is cached is the same for everybody. "reload" passes by the browser's own cache.
const freshly = (address) => new Request(address, { credentials: "omit", cache: "reload" });

async function install() {
  const cache = await caches.open(CACHE);
  const pages = PAGES.flatMap((path) => [pageIn(path, "zh"), pageIn(path, "en")]);
  await cache.addAll([...pages, ...FILES].map(freshly));
  await self.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name !== CACHE && name !== LANGUAGE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function chosenLanguage(asked) {
  const cache = await caches.open(LANGUAGE);
  if (asked === "zh" || asked === "en") {
    await cache.put(PAGE, new Response(asked)).catch(() => {}); // on a full device it is spoken this once
    return asked;
  }
  const kept = await cache.match(PAGE);
  return kept ? kept.text() : "zh";
}

// From the copy first: page, modules and WebAssembly must be of one version, with a network or without.
async function fromCopy(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}

async function page(url, request) {
  return fromCopy(pageIn(url.pathname, await chosenLanguage(url.searchParams.get("lang"))), request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(url.pathname)) event.respondWith(page(url, request));
  else if (FILES.includes(url.pathname)) event.respondWith(fromCopy(url.pathname, request));
});
