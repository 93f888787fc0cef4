/* What the device of a door keeps: the list of a session, and the notes that are still to be sent.
   A note leaves the queue only when the server has said what became of it. */
window.Door = (() => {
  "use strict";
  const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const MAC = 8;
  const KEPT = 2 * 24 * 3600 * 1000; // ms after the end of a session
  const BATCH = 50;
  const PATIENCE = 15000; // ms

  /* A small store of rows by key; in memory where the browser has no database. */
  let opened = null;
  const memory = { sessions: new Map(), notes: new Map() };
  function database() {
    opened ??= new Promise((done) => {
      let asked;
      try { asked = indexedDB.open("changle-door", 1); } catch { done(null); return; }
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("sessions", { keyPath: "pk" });
        asked.result.createObjectStore("notes", { keyPath: "id" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = asked.onblocked = () => done(null);
    });
    return opened;
  }
  async function ask(store, mode, deed) {
    const base = await database();
    return new Promise((done, fail) => {
      const move = base.transaction(store, mode, { durability: "strict" });
      const asked = deed(move.objectStore(store));
      move.oncomplete = () => done(asked.result);
      move.onerror = move.onabort = () => fail(move.error);
    });
  }
  const key = (store, row) => (store === "sessions" ? row.pk : row.id);
  const rows = {
    async get(store, pk) {
      if (!(await database())) return memory[store].get(pk);
      return ask(store, "readonly", (one) => one.get(pk));
    },
    async all(store) {
      if (!(await database())) return [...memory[store].values()];
      return ask(store, "readonly", (one) => one.getAll());
    },
    async put(store, row) {
      if (!(await database())) { memory[store].set(key(store, row), row); return; }
      await ask(store, "readwrite", (one) => one.put(row));
    },
    async drop(store, pk) {
      if (!(await database())) { memory[store].delete(pk); return; }
      await ask(store, "readwrite", (one) => one.delete(pk));
    },
  };

  /* Codes */
  function tidy(text) {
    let told = String(text).trim();
    try { told = new URL(told).pathname.split("/").filter(Boolean).pop() ?? told; } catch { /* no address */ }
    return told.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0").replace(/U/g, "V");
  }
  function signUpOf(code) {
    const told = code.slice(0, -MAC);
    if (!told || told.length > 10 || [...code].some((letter) => !LETTERS.includes(letter))) return null;
    return [...told].reduce((sum, letter) => sum * 32 + LETTERS.indexOf(letter), 0);
  }
  async function fits(session, code, end) {
    if (!window.crypto?.subtle) return true; // the server looks again
    const bytes = new TextEncoder().encode(`${session}:${code}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const told = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return told.startsWith(end);
  }

  /* Notes */
  function name() {
    if (window.crypto?.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  async function note(session, fields) {
    const row = { id: name(), session, at: Date.now(), state: "waiting", ...fields };
    await rows.put("notes", row);
    return row;
  }
  async function notes(session) {
    const all = await rows.all("notes");
    return all.filter((one) => !session || one.session === session).sort((a, b) => a.at - b.at);
  }

  async function answer(path, options = {}) {
    const told = await fetch(path, {
      credentials: "same-origin", redirect: "manual", cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE), ...options,
    });
    if (told.type === "opaqueredirect") return { status: 401 };
    const isData = told.headers.get("Content-Type")?.startsWith("application/json");
    return { status: told.status, data: isData ? await told.json() : null };
  }

  let token = "";
  async function list(session) {
    const told = await answer(`/desk/sessions/${session}/check-in/list/`);
    if (told.status === 200) {
      token = told.data.csrf;
      const { csrf, ...kept } = told.data;
      await rows.put("sessions", { pk: session, fetched: Date.now(), ...kept });
    }
    if (told.status === 404) await rows.drop("sessions", session); // may run it no more
    return told.status;
  }

  async function post(session, batch) {
    const body = JSON.stringify({
      items: batch.map(({ id, kind, code, typed, up, there, at, to }) => (
        { id, kind, code, typed, up, there, at, to }
      )),
    });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    return answer(`/desk/sessions/${session}/check-in/send/`, { method: "POST", headers, body });
  }

  async function settle(batch, results) {
    const told = new Map(results.map((one) => [one.id, one]));
    for (const one of batch) {
      const result = told.get(one.id);
      if (!result) continue;
      if (result.result === "wait") {
        await rows.put("notes", { ...one, sentence: result.sentence });
      } else {
        const { to, code, ...rest } = one; // no name and no ticket stays behind
        await rows.put("notes", { ...rest, state: result.result, sentence: result.sentence, sent: Date.now() });
      }
    }
  }

  /* Sends all that waits, of every session of this device; one tab at a time. */
  async function send() {
    const deed = async (held) => (held ? sendAll() : 0);
    if (navigator.locks) return navigator.locks.request("changle-door", { ifAvailable: true }, deed);
    return sendAll();
  }
  async function sendAll() {
    const waiting = (await notes()).filter((one) => one.state === "waiting");
    let worst = 0;
    for (const session of new Set(waiting.map((one) => one.session))) {
      const mine = waiting.filter((one) => one.session === session);
      let size = BATCH;
      for (let from = 0; from < mine.length;) {
        const batch = mine.slice(from, from + size);
        let told = await post(session, batch);
        if (told.status === 403) { // a new sign-in has a new token
          const status = await list(session);
          if (status !== 200) { worst = status; break; }
          told = await post(session, batch);
        }
        if (told.status === 200) await settle(batch, told.data.results);
        else worst = told.status;
        if (told.status === 401 || told.status === 404 || told.status === 403) break;
        if (told.status !== 200 && size > 1) { size = 1; continue; } // find the one that does not go through
        from += batch.length;
      }
    }
    return worst;
  }

  /* Lists go two days after the end; a note that is not sent stays. */
  async function tidyUp(now = Date.now()) {
    const all = await notes();
    for (const one of all) {
      if (one.state !== "waiting" && now - (one.sent ?? one.at) > KEPT) await rows.drop("notes", one.id);
    }
    for (const row of await rows.all("sessions")) {
      if (row.ends + KEPT < now) await rows.drop("sessions", row.pk);
    }
  }
  async function forget(session) {
    const mine = await notes(session);
    if (mine.some((one) => one.state === "waiting")) return false;
    for (const one of mine) await rows.drop("notes", one.id);
    await rows.drop("sessions", session);
    return true;
  }

  return {
    tidy, signUpOf, fits, note, notes, list, send, tidyUp, forget,
    kept: (session) => rows.get("sessions", session),
    drop: (id) => rows.drop("notes", id),
    lasting: async () => Boolean(await database()),
  };
})();
