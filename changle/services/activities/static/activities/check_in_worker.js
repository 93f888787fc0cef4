/* Keeps the check-in pages and their files for doors without a line, and nothing else: no list, no
   other page, nothing that names anybody. `KEEP` comes from the script that brings this one in. */
(() => {
  "use strict";
  const BEFORE = "changle-door-";
  const NAME = BEFORE + self.KEEP.version;
  const FILES = new Set(self.KEEP.files);
  const IS_PAGE = /^\/desk\/sessions\/\d+\/check-in\/$/;
  const PATIENCE = 5000; // ms; a bad line is worse than none when people wait

  async function kept(path) {
    const cache = await caches.open(NAME);
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (answer.ok) await cache.put(path, answer.clone());
    if ([403, 404].includes(answer.status)) await cache.delete(path);
    return answer;
  }

  async function install() {
    const cache = await caches.open(NAME);
    await cache.addAll([...FILES]);
    // Pages kept by an older version name its files: take them anew.
    for (const name of await caches.keys()) {
      if (!name.startsWith(BEFORE) || name === NAME) continue;
      for (const request of await (await caches.open(name)).keys()) {
        const path = new URL(request.url).pathname;
        if (IS_PAGE.test(path)) await kept(path).catch(() => null);
      }
    }
    await self.skipWaiting();
  }

  async function activate() {
    for (const name of await caches.keys()) {
      if (name.startsWith(BEFORE) && name !== NAME) await caches.delete(name);
    }
    await self.clients.claim();
  }

  function late() {
    return new Promise((_done, fail) => setTimeout(() => fail(new Error("late")), PATIENCE));
  }

  async function page(request, path) {
    const cache = await caches.open(NAME);
    const there = await cache.match(path);
    const asked = fetch(request).then(async (answer) => {
      if (answer.ok && !answer.redirected && answer.type === "basic") await cache.put(path, answer.clone());
      if ([403, 404].includes(answer.status)) await cache.delete(path);
      return answer;
    });
    if (!there) return asked;
    asked.catch(() => null);
    return Promise.race([asked, late()]).catch(() => there);
  }

  async function file(request, path) {
    return (await (await caches.open(NAME)).match(path)) ?? fetch(request);
  }

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("message", (event) => {
    const { keep, forget } = event.data ?? {};
    const done = () => event.source?.postMessage({ kept: keep });
    if (keep && IS_PAGE.test(keep)) event.waitUntil(kept(keep).then(done, () => null));
    if (forget && IS_PAGE.test(forget)) {
      event.waitUntil(caches.open(NAME).then((cache) => cache.delete(forget)));
    }
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const address = new URL(request.url);
    if (request.method !== "GET" || address.origin !== self.location.origin) return;
    if (request.mode === "navigate" && IS_PAGE.test(address.pathname)) {
      event.respondWith(page(request, address.pathname));
    } else if (FILES.has(address.pathname)) {
      event.respondWith(file(request, address.pathname));
    }
  });
})();
