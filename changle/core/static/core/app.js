/* What pages do in the browser beyond htmx. Nothing here is needed to read or to send a form. */
(() => {
  "use strict";

  /* Storage may be forbidden (private windows): then nothing is remembered, and nothing breaks. */
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* full or forbidden */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };
  const all = (selector, root = document) => [
    ...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector),
  ];

  function tell(sentence) {
    const line = document.createElement("div");
    line.className = "toast-line";
    line.setAttribute("role", "status");
    line.textContent = sentence;
    document.body.append(line);
    setTimeout(() => line.remove(), 5000);
  }

  /* htmx: refusals (409) and form errors (422) are pages to show; nothing is evaluated. */
  if (window.htmx) {
    Object.assign(htmx.config, {
      allowEval: false,
      includeIndicatorStyles: false,
      selfRequestsOnly: true,
      historyCacheSize: 0, // pages with personal data stay out of the browser's storage
      responseHandling: [
        { code: "204", swap: false },
        { code: "[23]..", swap: true },
        { code: "409", swap: true },
        { code: "422", swap: true },
        { code: "[45]..", swap: false, error: true },
      ],
    });
    document.addEventListener("htmx:configRequest", (event) => {
      const token = document.querySelector("meta[name=csrf-token]")?.content
        ?? document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
      if (token && !event.detail.headers["X-CSRFToken"]) event.detail.headers["X-CSRFToken"] = token;
    });
    document.addEventListener("htmx:responseError", (event) => {
      const gone = [401, 403].includes(event.detail.xhr.status);
      tell(gone ? "登录已过期或没有权限，请重新登录后再试。" : "没有成功，请稍后再试。");
    });
    document.addEventListener("htmx:sendError", () => tell("网络不通，请检查后再试。"));
  }

  /* Elder mode */
  const root = document.documentElement;
  function showElder(on) {
    root.classList.toggle("elder", on);
    all("[data-elder-toggle]").forEach((button) => {
      button.setAttribute("aria-pressed", String(on));
      button.textContent = on ? "普通模式" : "长辈模式";
    });
  }
  showElder(memory.get("elder") === "1");

  /* Drafts: <form data-draft="name">; kept in this browser until sent, cleared at sign-out. */
  const WEEK = 7 * 24 * 3600 * 1000;
  const draftKey = (form) => `draft:${location.pathname}:${form.dataset.draft}`;
  const kept = (field) => field.name && field.name !== "csrfmiddlewaretoken"
    && !["password", "file", "hidden", "submit", "button"].includes(field.type)
    && !("noDraft" in field.dataset);

  function saveDraft(form) {
    const values = [...form.elements].filter(kept).map((field) => [
      field.name, field.value,
      ["checkbox", "radio"].includes(field.type) ? field.checked : null,
    ]);
    memory.set(draftKey(form), JSON.stringify({ at: Date.now(), values }));
  }

  function fill(form, values) {
    let changed = false;
    values.forEach(([name, value, checked]) => {
      const field = [...form.elements].find((one) => kept(one) && one.name === name
        && (checked === null || one.value === value));
      if (!field) return;
      if (checked !== null) { changed ||= field.checked !== checked; field.checked = checked; }
      else { changed ||= field.value !== value; field.value = value; }
    });
    return changed;
  }

  function startDraft(form) {
    const stored = memory.get(draftKey(form));
    const refused = form.querySelector(".is-invalid, .invalid-feedback, .errorlist");
    if (stored && !refused) { // a refused form brings back what was typed by itself
      const draft = JSON.parse(stored);
      if (Date.now() - draft.at > WEEK) memory.drop(draftKey(form));
      else if (fill(form, draft.values)) noteDraft(form, draft.at);
    }
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => saveDraft(form), 400);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      saveDraft(form);
      try { sessionStorage.setItem("sent", draftKey(form)); } catch { /* forbidden */ }
    });
  }

  function noteDraft(form, at) {
    const note = document.createElement("div");
    note.className = "draft-note";
    note.setAttribute("role", "status");
    const time = new Date(at).toLocaleString("zh-CN", { hour12: false });
    note.textContent = `已恢复 ${time} 未提交的草稿。`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link btn-sm p-0 ms-1";
    button.textContent = "清除草稿";
    button.addEventListener("click", () => {
      memory.drop(draftKey(form));
      form.reset();
      note.remove();
    });
    note.append(button);
    form.prepend(note);
  }

  function forgetSentDraft() { // it was sent, and we stand on another page: so it was taken
    let sent = null;
    try { sent = sessionStorage.getItem("sent"); sessionStorage.removeItem("sent"); } catch { /* forbidden */ }
    if (sent && !sent.startsWith(`draft:${location.pathname}:`)) memory.drop(sent);
  }

  /* Charts: <div class="chart" data-chart="/static/…/echarts.js"></div><script type="application/json">
     {"kind": "bar" | "rows" | "line", "labels": […], "series": [{"name", "values"}], "unit": "家",
      "stacked": whether the bars of one label stand on each other} */
  const COLOURS = ["#1f5a8c", "#2f7d5b", "#c98a12", "#c23b2e", "#566270", "#7ba6c9",
    "#7b5a9c", "#9bb36b", "#d99a8b", "#3f8f9f", "#a67c52", "#b8b2a4"];
  let library;
  function echartsFrom(path) {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = () => done(window.echarts);
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  /* The build of the library that we carry has no legend of its own. */
  function legendOf({ series }) {
    const list = document.createElement("ul");
    list.className = "chart-legend";
    series.forEach((one, nth) => {
      const item = document.createElement("li"), dot = document.createElement("i");
      dot.style.background = COLOURS[nth % COLOURS.length];
      item.append(dot, one.name);
      list.append(item);
    });
    return list;
  }

  function optionOf({ kind, labels, series, unit = "", stacked = false }) {
    const lying = kind === "rows";
    const text = { color: "#1d2733", fontFamily: getComputedStyle(document.body).fontFamily };
    const names = { type: "category", data: labels, inverse: lying, axisTick: { show: false },
      axisLine: { show: !lying, lineStyle: { color: "#e4dfd4" } }, axisLabel: text };
    const values = { type: "value", show: !lying, minInterval: 1, axisLabel: text,
      splitLine: { lineStyle: { color: "#e4dfd4" } } };
    return {
      animation: false, color: COLOURS, textStyle: text,
      grid: { left: 8, right: lying ? 56 : 12, top: 12, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (value) => `${value?.toLocaleString() ?? "—"}${unit}` },
      xAxis: lying ? values : names, yAxis: lying ? names : values,
      series: series.map((one) => ({
        name: one.name, data: one.values, type: kind === "line" ? "line" : "bar", barMaxWidth: stacked ? 28 : 18,
        stack: stacked ? "one" : undefined, itemStyle: { borderRadius: stacked ? 0 : 3 }, label: { show: lying && series.length === 1, position: "right",
          formatter: ({ value }) => value?.toLocaleString() ?? "—", ...text },
      })),
    };
  }

  async function draw(place) {
    const echarts = await echartsFrom(place.dataset.chart);
    const told = JSON.parse(place.nextElementSibling.textContent);
    const chart = echarts.init(place);
    chart.setOption(told.option ?? optionOf(told));
    if (told.series?.length > 1) place.before(legendOf(told));
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  const watcher = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
    watcher.unobserve(one.target);
    draw(one.target).catch(() => { one.target.hidden = true; }); // the table says the same
  }));

  /* What is asked by attributes, on the page and on what htmx brings later */
  function start(part) {
    all("form[data-draft]", part).forEach(startDraft);
    all("[data-chart]", part).forEach((place) => watcher.observe(place));
    if (innerWidth >= 768) all("details[data-open-wide]", part).forEach((one) => { one.open = true; });
  }

  async function copy(button) {
    const from = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    const text = from ? (from.value ?? from.textContent).trim() : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      tell("已复制。");
    } catch { // no right to the clipboard, as on plain http
      window.prompt("请按 Ctrl+C 复制：", text);
    }
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const asks = at("a[data-confirm], button[data-confirm]");
    if (asks && !window.confirm(asks.dataset.confirm)) { event.preventDefault(); event.stopPropagation(); return; }
    if (at("[data-elder-toggle]")) {
      const on = !root.classList.contains("elder");
      memory.set("elder", on ? "1" : "0");
      showElder(on);
    }
    if (at("[data-copy], [data-copy-from]")) copy(at("[data-copy], [data-copy-from]"));
    if (at("[data-print]")) window.print();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      event.stopPropagation();
    } else if ("forgetDrafts" in form.dataset) { // the sign-out form
      memory.keys().filter((key) => key.startsWith("draft:")).forEach(memory.drop);
    }
  }, true);
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-autosubmit]")) event.target.form?.requestSubmit();
  });

  forgetSentDraft();
  start(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) start(event.detail.elt);
  });
})();
