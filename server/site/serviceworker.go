package site

// serviceWorker is the template of the service worker that go-app fills in and the
// page registers. It keeps the page's files for offline use. Unlike go-app's own it
// asks the network first, so that nobody sees an old page, and it leaves the API and
// weights alone and deletes no cache but its own.
const serviceWorker = `const prefix = "page-";
const cacheName = prefix + "{{.Version}}";
const resources = {{.ResourcesToCache}};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    await cache.addAll(resources);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const key of await caches.keys()) {
      if (key.startsWith(prefix) && key !== cacheName) {
        await caches.delete(key);
      }
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin ||
      url.pathname.startsWith("/api/") || url.pathname.startsWith("/weights/")) {
    return;
  }
  event.respondWith((async () => {
    try {
      return await fetch(event.request);
    } catch (err) {
      const kept = await caches.match(url.pathname.startsWith("/s/") ? "/" : event.request, { ignoreSearch: true });
      if (kept) {
        return kept;
      }
      throw err;
    }
  })());
});
`
