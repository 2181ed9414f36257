// Begins the page where no server of ours is. There the service worker sends the headers
// by which a page is isolated and may have threads; so at the first visit the page waits
// for it, and is loaded once more before anything of it has begun. What cannot be had that
// way, or not soon, is done without.
"use strict";

(async () => {
  const { app } = document.currentScript.dataset;
  const patience = 5000; // ms; where it does not work it mostly says so
  const workers = navigator.serviceWorker;

  // The second load has a mark in its address, which goes at once. A reload would do without,
  // but Chromium keeps what it leaves, and brings that back when a person reloads.
  const mark = "once-more", marked = /[?&]once-more$/;
  const { pathname, search, hash } = location;
  const again = marked.test(search);
  if (again) {
    history.replaceState(null, "", pathname + search.replace(marked, "") + hash);
  }

  // takenOver says whether the service worker is new and has the page now.
  async function takenOver() {
    const known = await workers.getRegistration();
    if (known?.active && known.scope === new URL("./", location.href).href) {
      return false; // its headers do not help, or somebody loads past it
    }
    const taken = new Promise((resolve) => workers.addEventListener("controllerchange", () => resolve(true), { once: true }));
    await workers.register("app-worker.js");
    return Promise.race([taken, new Promise((resolve) => setTimeout(resolve, patience, false))]);
  }

  if (workers && !again && !crossOriginIsolated) {
    try {
      if (await takenOver()) {
        location.replace(pathname + search + (search ? "&" : "?") + mark + hash);
        return;
      }
    } catch (err) {
      console.warn("the page is not isolated:", err);
    }
  }
  const script = document.createElement("script");
  script.src = app;
  document.head.append(script);
})();
