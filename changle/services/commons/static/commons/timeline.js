/* The day of a house: a free span is chosen by drawing over it, or with the arrow keys. Without this
   file every free span is a link to the form all the same. */
(() => {
  "use strict";
  const STEP = 2; // columns of a quarter hour in a slot
  const wide = window.matchMedia("(min-width: 768px)");
  const two = (number) => String(number).padStart(2, "0");

  function number(element, letter) {
    const name = [...element.classList].find((one) => new RegExp(`^${letter}\\d+$`).test(one));
    return name ? Number(name.slice(1)) : 0;
  }

  function start(timeline) {
    const { first, hours, day, book, name } = timeline.dataset;
    const count = (Number(hours) * 4) / STEP;
    const clock = (slot) => {
      const minutes = Number(first) * 60 + slot * STEP * 15;
      return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
    };
    const moment = (slot) => {
      const minutes = Number(first) * 60 + slot * STEP * 15;
      const date = new Date(`${day}T00:00:00Z`); // reckoned in one zone, wherever the reader is
      date.setUTCDate(date.getUTCDate() + Math.floor(minutes / 1440));
      return `${date.toISOString().slice(0, 10)}T${clock(slot)}`;
    };
    const rows = [...timeline.querySelectorAll(".tl-room")].map((room) => draw(room));
    if (!rows.length) return;
    timeline.setAttribute("role", "grid");
    timeline.setAttribute("aria-label", `${name} 时间表`);
    timeline.querySelector(".tl-head").setAttribute("role", "presentation");
    timeline.querySelectorAll(".tl-head > *").forEach((one) => one.setAttribute("aria-hidden", "true"));
    let at = { row: 0, slot: Math.max(0, rows[0].findIndex((cell) => !cell.ariaDisabled)) };
    let anchor = null; // where a choice began
    rows[at.row][at.slot].tabIndex = 0;

    function draw(room) {
      const track = room.querySelector(".tl-track");
      const label = room.querySelector("strong").textContent;
      const free = new Array(count).fill(false);
      track.querySelectorAll(".free").forEach((gap) => {
        const from = number(gap, "s"), until = from + number(gap, "w");
        for (let slot = Math.ceil(from / STEP); (slot + 1) * STEP <= until; slot += 1) free[slot] = true;
        gap.tabIndex = -1;
        gap.setAttribute("aria-hidden", "true");
      });
      room.setAttribute("role", "row");
      room.querySelector(".tl-name").setAttribute("role", "rowheader");
      track.setAttribute("role", "presentation");
      track.querySelectorAll(".bar, .why").forEach((bar) => {
        const cell = document.createElement("div");
        cell.setAttribute("role", "gridcell");
        cell.className = [...bar.classList].filter((one) => /^[sw]\d+$/.test(one)).join(" ") + " tl-cell";
        if (!bar.classList.contains("bar")) cell.classList.add("why");
        bar.replaceWith(cell);
        cell.append(bar);
      });
      const slots = document.createElement("div");
      slots.className = "tl-slots";
      slots.setAttribute("role", "presentation");
      const cells = free.map((isFree, slot) => {
        const cell = document.createElement("div");
        cell.setAttribute("role", "gridcell");
        cell.setAttribute("aria-label", `${label} ${clock(slot)}${isFree ? " 空闲" : " 不可预订"}`);
        if (!isFree) cell.setAttribute("aria-disabled", "true");
        if (slot % 2) cell.classList.add("odd");
        cell.tabIndex = -1;
        cell.dataset.slot = slot;
        slots.append(cell);
        return cell;
      });
      track.append(slots);
      return cells;
    }

    const open = (row, slot) => slot >= 0 && slot < count && !rows[row][slot].hasAttribute("aria-disabled");

    /* The slots from where a choice began to here, as far as they are free without a break. */
    function span() {
      if (!anchor || !open(anchor.row, anchor.slot)) return null;
      const way = Math.sign(at.slot - anchor.slot);
      let last = anchor.slot;
      while (last !== at.slot && open(anchor.row, last + way)) last += way;
      return [Math.min(anchor.slot, last), Math.max(anchor.slot, last)];
    }

    function paint() {
      timeline.querySelectorAll(".picked").forEach((cell) => cell.classList.remove("picked"));
      const chosen = span();
      if (chosen) rows[anchor.row].slice(chosen[0], chosen[1] + 1).forEach((cell) => cell.classList.add("picked"));
    }

    function go(row, slot, keep) {
      rows[at.row][at.slot].tabIndex = -1;
      at = { row: Math.min(Math.max(row, 0), rows.length - 1), slot: Math.min(Math.max(slot, 0), count - 1) };
      if (!keep) anchor = null;
      rows[at.row][at.slot].tabIndex = 0;
      rows[at.row][at.slot].focus({ preventScroll: keep });
      paint();
    }

    function reserve() {
      const chosen = span();
      if (!chosen) return;
      let [from, until] = [chosen[0], chosen[1] + 1];
      if (until - from === 1) while (until - from < 4 && open(anchor.row, until)) until += 1; // a click: up to two hours
      const space = rows[anchor.row][0].closest(".tl-room").dataset.space;
      const asked = new URLSearchParams({ space, start: moment(from), end: moment(until) });
      location.assign(`${book}?${asked}`);
    }

    timeline.addEventListener("keydown", (event) => {
      if (!event.target.closest(".tl-slots")) return;
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (step) {
        const keep = event.shiftKey && step[0] === 0;
        if (keep && !anchor) anchor = { ...at };
        go(at.row + step[0], at.slot + step[1], keep);
      } else if (event.key === "Home" || event.key === "End") {
        go(at.row, event.key === "Home" ? 0 : count - 1, false);
      } else if (event.key === "Enter" || event.key === " ") {
        anchor ??= { ...at };
        reserve();
      } else if (event.key === "Escape") {
        anchor = null;
        paint();
        document.activeElement.blur();
      } else return;
      event.preventDefault();
    });

    let drawing = false;
    timeline.addEventListener("pointerdown", (event) => {
      const cell = event.target.closest(".tl-slots > [data-slot]");
      if (!cell || event.button !== 0 || cell.hasAttribute("aria-disabled")) return;
      const row = rows.findIndex((cells) => cells.includes(cell));
      anchor = { row, slot: Number(cell.dataset.slot) };
      drawing = true;
      go(row, anchor.slot, true);
      event.preventDefault();
    });
    timeline.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      const box = rows[anchor.row][0].parentElement.getBoundingClientRect();
      at = { row: anchor.row, slot: Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count))) };
      paint();
    });
    addEventListener("pointerup", () => {
      if (!drawing) return;
      drawing = false;
      reserve();
    });
    addEventListener("pointercancel", () => { drawing = false; anchor = null; paint(); });
  }

  if (wide.matches) {
    document.querySelectorAll("[data-timeline]").forEach((timeline) => {
      if (timeline.dataset.book) start(timeline);
    });
  }
})();
