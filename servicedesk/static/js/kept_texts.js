// Keeps what is typed in forms with data-keep in this tab, until the server has taken it: through an expired log-in,
// an error page, a reload. Only for the same person; signing out forgets everything.
const PREFIX = "kept:";
const { person } = document.body.dataset;
const isHeldUp = document.body.classList.contains("keeps-texts");

function entries() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return []; // Storage is switched off: the error pages still give the text back.
  }
}

function read(key) {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; }
}

function write(key, entry) {
  try { sessionStorage.setItem(key, JSON.stringify(entry)); } catch { /* Full or switched off. */ }
}

function keyOf(form) {
  return `${PREFIX}${person}:${location.pathname}:${form.dataset.keep || form.id}`;
}

function fieldsOf(form) {
  return [...form.querySelectorAll("textarea[name], input[type=text][name]")];
}

function restore(form) {
  const { values = {} } = read(keyOf(form));
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    // What the server sent, or a browser brought back by itself, is newer.
    if (!kept || field.value || field.defaultValue) continue;
    field.value = kept;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function keep(form, { isSent = false } = {}) {
  const values = Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));
  write(keyOf(form), { values, isSent });
}

if (document.body.classList.contains("forgets-texts")) {
  for (const key of entries()) sessionStorage.removeItem(key);
} else if (isHeldUp) {
  // What was sent did not arrive: it waits until its form is open again.
  for (const key of entries()) write(key, { ...read(key), isSent: false });
} else if (person) {
  for (const key of entries()) {
    if (read(key).isSent || !key.startsWith(`${PREFIX}${person}:`)) sessionStorage.removeItem(key);
  }
  for (const form of document.querySelectorAll("form[data-keep]")) {
    restore(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", () => keep(form, { isSent: true }));
  }
}
