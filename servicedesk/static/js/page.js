// What every page does: put the focus on an error summary, close menus, guard forms against a second click.
for (const summary of document.querySelectorAll("[data-focus]")) summary.focus();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A second click while the answer is under way sends nothing. When nothing comes, because the browser gave up or the
// person did, the button works again; the server knows a form that arrives twice (web/sent_forms.py).
const NO_ANSWER_MS = 8000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, NO_ANSWER_MS);
});
// A page that comes back from the browser's memory may be sent again, and so may one whose loading was stopped.
const release = () => { for (const form of document.forms) delete form.dataset.sent; };
addEventListener("pageshow", release);
addEventListener("keydown", (event) => { if (event.key === "Escape") release(); });
