/* The board asks for itself every minute; while somebody types in it, the minute is skipped. */
(() => {
  "use strict";
  const typing = (board) => board.contains(document.activeElement)
    && document.activeElement.matches("input, textarea, select");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "board" && typing(event.target)) event.preventDefault();
  });
})();
