// The queue on keys: j k and arrows move, o and Enter open, a assigns to me, ? shows the keys. All of it also works by mouse.
const rows = [...document.querySelectorAll("[data-row]")];
const dialog = document.querySelector("[data-keys-dialog]");
const button = document.querySelector("[data-keys]");
let current = -1;

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}

function move(step) {
  if (!rows.length) return;
  const next = current < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, current + step));
  rows[current]?.classList.remove("is-current");
  current = next;
  rows[current].classList.add("is-current");
  rows[current].querySelector("[data-open]").focus({ preventScroll: true });
  rows[current].scrollIntoView({ block: "nearest" });
}

const actions = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  o: () => rows[current]?.querySelector("[data-open]").click(),
  a: () => rows[current]?.querySelector("[data-take]")?.click(),
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  if (event.target.closest("input, select, textarea, summary")) return;
  const act = actions[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const [index, row] of rows.entries()) {
  row.addEventListener("focusin", () => {
    rows[current]?.classList.remove("is-current");
    current = index;
    row.classList.add("is-current");
  });
}

// On a phone the saved views are a strip that can be moved: begin where the current one is.
document.querySelector(".queue-views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
