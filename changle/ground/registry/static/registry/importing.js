/* A file dropped anywhere on the area is as good as one chosen; without this the input still works. */
(() => {
  "use strict";
  document.querySelectorAll(".drop-area").forEach((area) => {
    const input = area.querySelector("input[type=file]");
    const mark = (on) => (event) => { event.preventDefault(); area.classList.toggle("over", on); };
    area.addEventListener("dragover", mark(true));
    area.addEventListener("dragleave", mark(false));
    area.addEventListener("drop", (event) => {
      mark(false)(event);
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  });
})();
