package site

// serviceWorker is the template of the service worker that go-app fills in and the
// page registers. It keeps the page's files for offline use. Unlike go-app's own it
// asks the network first, so that nobody sees an old page, and it leaves the API and
// weights alone and deletes no cache but its own.
//
// Where there is no server of ours it also gives the page and its workers the headers
// that nobody else sends, and takes over at once, as start.js waits for it; what it keeps
// comes afterwards.
const serviceWorker = `const scope = new URL("./", self.location).pathname; // of the page
const prefix = "page-" + scope.slice(1);
const cacheName = prefix + "{{.Version}}";
const resources = {{.ResourcesToCache}};
const headers = {{.Headers}};

// Without a server of ours the host decides how long browsers keep files: only files with
// their hash in their name are taken without asking.
const caching = (address) => ({ cache: headers && !/\.[0-9a-f]{16}\.\w+$/.test(address) ? "no-cache" : "default" });

async function keep(which) {
  const cache = await caches.open(cacheName);
  await cache.addAll(resources.filter(which).map((path) => new Request(path, caching(path))));
}

// A first visit does not wait for the large files of later, the examples, except for their
// small copies and the pictures that the page opens with.
const first = (path) => !path.includes("/examples/") || /-small\.jpg$|\/(fruit|night|opening)(\.[0-9a-f]{16})?\.jpg$/.test(path);

let soon;
// keepSoon keeps the remaining files, once the page has loaded those that it needs.
function keepSoon() {
  soon ??= (async () => {
    await new Promise((resolve) => setTimeout(resolve, headers ? 3000 : 20000));
    const kept = new Set((await (await caches.open(cacheName)).keys()).map((request) => request.url));
    await keep((path) => !kept.has(new URL(path, self.location).href));
  })().catch((err) => console.warn("the page is not kept:", err));
  return soon;
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    if (!headers || self.registration.active) {
      await keep(first);
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const key of await caches.keys()) {
      // Pages at other paths of this host have their own.
      if (key.startsWith(prefix) && !key.slice(prefix.length).includes("/") && key !== cacheName) {
        await caches.delete(key);
      }
    }
    await self.clients.claim();
    keepSoon();
  })());
});

// dressed is an answer with the headers, if it is one that needs them.
function dressed(request, answer) {
  const mistaken = answer.url.endsWith(".wasm") && answer.headers.get("Content-Type") !== "application/wasm";
  if (!headers || answer.type !== "basic" || (request.mode !== "navigate" && request.destination !== "worker" && !mistaken)) {
    return answer;
  }
  const { body, status, statusText } = answer;
  const dress = new Headers(answer.headers);
  for (const [name, value] of Object.entries(headers)) {
    dress.set(name, value);
  }
  if (mistaken) {
    dress.set("Content-Type", "application/wasm");
  }
  return new Response(body, { status, statusText, headers: dress });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin ||
      url.pathname.startsWith(scope + "api/") || url.pathname.startsWith(scope + "weights/")) {
    return;
  }
  event.waitUntil(keepSoon());
  event.respondWith((async () => {
    try {
      return dressed(request, await (headers ? fetch(request, caching(url.pathname)) : fetch(request)));
    } catch (err) {
      const kept = await caches.match(request, { ignoreSearch: true }) ||
        request.mode === "navigate" && await caches.match(scope + (url.pathname.startsWith(scope + "s/") ? "s/0" : "")); // any share, and index.html
      if (kept) {
        return dressed(request, kept);
      }
      throw err;
    }
  })());
});
`
