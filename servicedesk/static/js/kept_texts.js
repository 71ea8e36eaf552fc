// Keeps what is typed in forms with data-keep in this tab, until the server has taken it: through an expired log-in,
// an error page, a reload. Only for the same person; signing out forgets everything. Drafts and ticked steps are kept
// under the same prefix by their own files, and forgotten here.
const PREFIX = "kept:";
const { person } = document.body.dataset;
const isHeldUp = document.body.classList.contains("keeps-texts");

function entries() {
  try {
    return Object.keys(sessionStorage);
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
  const { values = {}, before = {}, base } = read(keyOf(form));
  const basis = form.elements.based_on;
  const page = basis?.value;
  // Somebody saved a newer one: what was typed belongs to the older one, and saving it shows both.
  const isOlder = page !== undefined && base !== undefined && base !== page;
  const brought = fieldsOf(form).filter((field) => {
    const kept = values[field.name] ?? "";
    if (kept === (before[field.name] ?? "") || kept === field.value) return false;
    // What a browser brought back by itself is newer, and so is what the server gave back.
    return field.value === field.defaultValue && (isOlder || field.defaultValue === (before[field.name] ?? ""));
  });
  for (const field of brought) {
    field.value = values[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (!brought.length) return;
  if (isOlder) basis.value = base;
  if (form.dataset.keepSaid) say(form, () => {
    for (const field of brought) field.value = field.defaultValue;
    if (basis) basis.value = page;
    sessionStorage.removeItem(keyOf(form));
  });
}

function say(form, undo) {
  const line = document.createElement("p");
  const words = document.createElement("span");
  const button = document.createElement("button");
  line.className = "flash flash-warning";
  line.setAttribute("role", "status");
  words.textContent = form.dataset.keepSaid;
  button.type = "button";
  button.className = "btn btn-secondary btn-small";
  button.textContent = form.dataset.keepUndo;
  button.addEventListener("click", () => { undo(); line.remove(); fieldsOf(form)[0]?.focus(); });
  line.append(words, button);
  form.prepend(line);
}

function keep(form, { isSent = false } = {}) {
  const fields = fieldsOf(form);
  const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const before = Object.fromEntries(fields.map((field) => [field.name, field.defaultValue]));
  write(keyOf(form), { values, before, base: form.elements.based_on?.value, isSent });
}

if (document.body.classList.contains("forgets-texts")) {
  for (const key of entries()) sessionStorage.removeItem(key);
} else if (isHeldUp) {
  // What was sent did not arrive: it waits until its form is open again.
  for (const key of entries()) if (key.startsWith(PREFIX)) write(key, { ...read(key), isSent: false });
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
