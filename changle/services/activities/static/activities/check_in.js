/* The page of a door: scan, type or tap a name; all goes through the queue, sent at once where there
   is a line. Works on what the device keeps, and says what is not yet certain. */
(() => {
  "use strict";
  const page = document.querySelector("#door");
  const session = Number(page.dataset.session);
  const at = (name) => page.querySelector(`[data-door="${name}"]`);
  const AGAIN = 4000; // ms within which the same code before the camera is the same scan
  const SEND_EVERY = 10000;
  const ASK_EVERY = 30000;
  const FRESH = 10000; // a queue of people is not held up by asking for the list after each
  let people = [];
  let notes = [];
  let kept = null;
  let line = "";
  let shown = "awaited";
  let last = { code: "", when: 0 };
  let busy = Promise.resolve();
  let before = ""; // the note of who stands here

  const time = (ms) => new Date(ms).toLocaleTimeString("zh-CN", {
    hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai",
  });
  function made(tag, classes, text) {
    const one = document.createElement(tag);
    if (classes) one.className = classes;
    if (text !== undefined) one.textContent = text;
    return one;
  }

  function say(tone, title, about = "") {
    const box = at("result");
    box.className = `door-result ${tone}`;
    box.replaceChildren(made("strong", "", title), made("span", "", about));
    if (navigator.vibrate && tone) navigator.vibrate(tone === "good" ? 60 : [80, 60, 80]);
  }

  /* What is known of somebody: the server's list, and what this device has noted since. */
  function merged() {
    people = (kept?.people ?? []).map((one) => ({ ...one }));
    const byUp = new Map(people.filter((one) => one.up).map((one) => [one.up, one]));
    const byThere = new Map(people.filter((one) => one.there).map((one) => [one.there, one]));
    for (const note of notes) {
      const one = byUp.get(note.up) ?? byThere.get(note.there);
      if (!one || note.state === "refused") continue;
      if (note.kind === "in" && !one.came) Object.assign(one, { came: note.at, pending: note.state === "waiting" });
      if (note.kind !== "in" && !one.left) {
        Object.assign(one, { left: note.at, handed: note.kind === "hand", pending: note.state === "waiting" });
      }
    }
  }

  function button(label, classes, deed) {
    const one = made("button", `btn ${classes}`, label);
    one.type = "button";
    one.addEventListener("click", deed);
    return one;
  }
  function moves(one) {
    const box = made("div", "door-moves");
    if (!one.came) box.append(button("签到", "btn-primary", () => comes(one)));
    else if (!one.left && one.child) {
      if (one.guardian) box.append(button(`交给${one.guardian}`, "btn-primary", () => goes(one, "hand")));
      box.append(button(one.guardian ? "其他人接" : "交接", "", () => handed(one)));
    } else if (!one.left) box.append(button("签退", "", () => goes(one, "out")));
    return box;
  }
  function told(one) {
    const parts = [];
    if (one.came) parts.push(`${time(one.came)} 到${one.method ? `（${one.method}）` : ""}`);
    if (one.left) parts.push(`${time(one.left)} ${one.handed ? "已交给家长" : "离开"}`);
    if (one.pending) parts.push("待发送");
    return parts.join("，");
  }

  function showList() {
    const asked = at("search").value.trim();
    const fits = {
      awaited: (one) => !one.came, inside: (one) => one.came && !one.left, all: () => true,
    };
    const rows = people.filter(fits[shown]).filter((one) => !asked || one.name.includes(asked));
    at("people").replaceChildren(...rows.slice(0, 200).map((one) => {
      const row = made("li", "list-group-item door-person");
      const who = made("div", "door-who");
      who.append(made("b", "", one.name));
      if (one.child) who.append(made("span", "badge bg-yellow-lt", "儿童"));
      who.append(made("span", "text-secondary small", told(one)));
      row.append(who, moves(one));
      return row;
    }));
    at("none").hidden = rows.length > 0;
    at("none").textContent = kept ? "没有人" : "名单还没有取到，可以先扫码，联网后核对。";
    page.querySelectorAll("[data-show]").forEach((chip) => {
      const number = people.filter(fits[chip.dataset.show]).length;
      chip.querySelector("b").textContent = number;
      chip.setAttribute("aria-pressed", String(chip.dataset.show === shown));
    });
  }

  function showQueue() {
    const waiting = notes.filter((one) => one.state === "waiting");
    const odd = notes.filter((one) => ["repeated", "refused"].includes(one.state));
    at("waiting").textContent = waiting.length ? `待发送 ${waiting.length} 条` : "已全部发送";
    at("send").hidden = !waiting.length;
    at("odd-box").hidden = !odd.length;
    at("odd").replaceChildren(...odd.reverse().map((one) => {
      const row = made("li", "list-group-item door-person");
      const who = made("div", "door-who");
      who.append(
        made("span", `seal ${one.state === "refused" ? "late" : "near"}`, one.state === "refused" ? "未签到" : "重复"),
        made("b", "", one.name || "不在名单"),
        made("span", "text-secondary small", `本机 ${time(one.at)}：${one.sentence}`),
      );
      row.append(who, button("知道了", "", async () => { await Door.drop(one.id); await draw(); }));
      return row;
    }));
    at("stuck").replaceChildren(...waiting.filter((one) => one.sentence).map((one) => {
      const row = made("li", "door-person");
      row.append(
        made("span", "small", `${one.name || "不在名单"} ${time(one.at)}：${one.sentence}`),
        button("放弃", "", async () => {
          if (!confirm(`不再发送${one.name || "这一条"}的记录？`)) return;
          await Door.drop(one.id);
          await draw();
        }),
      );
      return row;
    }));
  }

  function showLine() {
    const words = {
      "": ["near", "连接中"], on: ["good", "在线"], off: ["near", "离线，先记在本机"],
      out: ["late", "登录已过期，请重新登录后发送"], no: ["late", "没有本场的签到权限"],
      bad: ["late", "服务器没有应答，稍后自动再发"],
    };
    const [tone, text] = words[line];
    at("line").className = `seal ${tone}`;
    at("line").textContent = text;
    at("sign-in").hidden = line !== "out";
    if (kept) at("state").textContent = kept.label;
    at("fetched").textContent = kept ? `名单取于 ${time(kept.fetched)}` : "";
  }

  async function draw() {
    notes = await Door.notes(session);
    kept = await Door.kept(session) ?? null;
    merged();
    showList();
    showQueue();
    showLine();
  }

  const LINES = { 200: "on", 0: "on", 401: "out", 404: "no", 403: "out" };
  /* What waits is sent, then the list is asked for. One exchange after the other; on a bad line those
     who ask meanwhile share the next one. */
  let next = null;
  function exchange() {
    next ??= busy.then(async () => {
      next = null;
      try {
        const sent = await Door.send();
        const stale = Date.now() - (kept?.fetched ?? 0) > FRESH || notes.every((one) => one.state !== "waiting");
        const asked = stale || sent ? await Door.list(session) : 200;
        line = LINES[sent || asked] ?? "bad";
      } catch { line = "off"; }
      await draw();
    });
    busy = next;
    return next;
  }

  /* Written down first, so that nobody waits for the line; what the server says comes after. */
  async function noted(fields, person) {
    const row = await Door.note(session, { ...fields, name: person?.name ?? "" });
    before = row.id;
    await draw();
    const sure = person ? `${time(row.at)} 已记在本机，联网后自动发送。` : "名单上没有这个码，联网后核对。";
    say(person ? "good" : "near", person?.name || "待核对", sure);
    follow(row, person);
  }
  async function follow(row, person) {
    await exchange();
    const now = (await Door.notes(session)).find((one) => one.id === row.id);
    if (before !== row.id || !now) return; // somebody else stands here now; it is on the list below
    if (now.state === "waiting") {
      if (now.sentence) say("near", person?.name || "待核对", now.sentence);
      return;
    }
    say({ done: "good", repeated: "near", refused: "late" }[now.state], person?.name || "", now.sentence);
    if (now.state === "done") return;
    await Door.drop(now.id); // said to who stands here
    await exchange(); // what another door has done is on the list
  }

  async function comes(person) {
    if (person.came) { say("near", person.name, `已在 ${time(person.came)} 签到。`); return; }
    await noted({ kind: "in", up: person.up }, person);
  }
  async function goes(person, kind, to = "") {
    await noted({ kind, up: person.up, there: person.up ? null : person.there, to }, person);
  }
  function handed(person) {
    const box = at("hand");
    at("hand-name").textContent = person.name;
    at("hand-to").value = "";
    box.returnValue = "";
    box.addEventListener("close", () => {
      const to = at("hand-to").value.trim();
      if (box.returnValue === "yes" && to) goes(person, "hand", to);
    }, { once: true });
    box.showModal();
  }

  async function scanned(text, typed = false) {
    const code = Door.tidy(text);
    if (code === last.code && Date.now() - last.when < AGAIN) { last.when = Date.now(); return; }
    before = "";
    last = { code, when: Date.now() };
    const up = Door.signUpOf(code);
    if (up === null) { say("late", "不是签到码", "请扫报名成功页上的二维码。"); return; }
    const person = people.find((one) => one.up === up);
    if (person && !(await Door.fits(session, code, person.end))) {
      say("late", "签到码不对", "请核对，或按姓名签到。");
    } else if (person?.came) {
      say("near", person.name, `已在 ${time(person.came)} 签到。`);
    } else {
      await noted({ kind: "in", code, typed, up }, person);
    }
  }

  const camera = DoorCamera.make(at("video"), page.dataset.decoder, (text) => scanned(text));
  at("camera").addEventListener("click", async () => {
    if (camera.on()) camera.stop();
    else {
      const refusal = await camera.start();
      if (refusal) say("late", "不能扫码", refusal);
    }
    at("camera").querySelector("span").textContent = camera.on() ? "关闭摄像头" : "打开摄像头扫码";
    at("frame").hidden = !camera.on();
  });
  at("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = at("code");
    if (!field.value.trim()) return;
    last = { code: "", when: 0 };
    scanned(field.value, true);
    field.value = "";
    field.focus();
  });
  at("search").addEventListener("input", showList);
  page.querySelectorAll("[data-show]").forEach((chip) => chip.addEventListener("click", () => {
    shown = chip.dataset.show;
    showList();
  }));
  at("send").addEventListener("click", exchange);
  at("forget").addEventListener("click", async () => {
    if (!(await Door.forget(session))) { say("late", "还有没发送的签到", "请联网发送后再清除。"); return; }
    navigator.serviceWorker?.controller?.postMessage({ forget: location.pathname });
    kept = null;
    await draw();
    say("good", "已清除", "本机不再保存这一场的名单。");
  });
  page.querySelector("dialog form").addEventListener("submit", (event) => {
    if (event.submitter?.value === "yes" && !at("hand-to").value.trim()) event.preventDefault();
  });
  window.addEventListener("online", exchange);
  window.addEventListener("offline", () => { line = "off"; showLine(); });
  setInterval(() => { if (notes.some((one) => one.state === "waiting")) exchange(); }, SEND_EVERY);
  setInterval(() => { if (!document.hidden) exchange(); }, ASK_EVERY);

  async function settleIn() {
    if (!("serviceWorker" in navigator)) {
      at("offline").textContent = "此浏览器不能离线打开本页，请不要关闭它。";
      return;
    }
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data?.kept) at("offline").textContent = "断网也能用";
    });
    try {
      await navigator.serviceWorker.register(page.dataset.worker, { updateViaCache: "none" });
      const { active } = await navigator.serviceWorker.ready;
      if (navigator.onLine) active.postMessage({ keep: location.pathname });
      if (navigator.serviceWorker.controller && line === "off") at("offline").textContent = "断网也能用";
    } catch { at("offline").textContent = "此浏览器不能离线打开本页，请不要关闭它。"; }
  }

  (async () => {
    await Door.tidyUp();
    await draw();
    settleIn();
    await exchange();
    navigator.storage?.persist?.().catch(() => null);
  })();
})();
