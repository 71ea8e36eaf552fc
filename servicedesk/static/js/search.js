// "/" puts the cursor into the page's search box, as long as nothing is being typed elsewhere.
const box = document.querySelector("[data-search-box]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !box) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// Up and down walk through the hits; Enter follows the link that has the focus, as it always does.
const hits = [...document.querySelectorAll("[data-hits] .hit-title a")];
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (!hits.length || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const at = hits.indexOf(document.activeElement);
  if (at < 0 && document.activeElement !== box) return;
  const next = event.key === "ArrowDown" ? hits[at + 1] : (at > 0 ? hits[at - 1] : box);
  if (!next) return;
  event.preventDefault();
  next.focus();
});
