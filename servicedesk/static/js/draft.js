// Keeps what is typed: on the server a moment after each pause, and in this tab in case the server cannot be asked.
// kept_texts.js forgets the words in this tab: once they were sent, at signing out, and before anybody else sees them.
const PAUSE_MS = 800;

export function keepDraft(form) {
  const url = form.dataset.draft;
  const state = form.querySelector("[data-draft-state]");
  const backup = `kept:${document.body.dataset.person}:draft:${location.pathname}`;
  let timer = 0, dirty = false, sending = null, again = false;

  const say = (kind) => {
    if (!state) return;
    const words = kind ? state.dataset[kind] : "";
    if (state.textContent !== words) state.textContent = words;
    state.classList.toggle("draft-state-warning", kind === "signedOut" || kind === "offline");
  };
  const fields = () => {
    const data = new FormData(form);
    for (const name of ["files", "file_ids", "join", "step"]) data.delete(name);
    return data;
  };
  const remember = (isSent = false) => {
    const text = form.elements.text?.value ?? "";
    if (!text) { forget(); return; }
    try { sessionStorage.setItem(backup, JSON.stringify({ values: { text }, isSent })); } catch { /* full or off */ }
  };
  const forget = () => { try { sessionStorage.removeItem(backup); } catch { /* off */ } };

  async function save() {
    clearTimeout(timer);
    if (!dirty) return;
    if (sending) { again = true; return sending; }
    dirty = false;
    sending = send();
    await sending;
    sending = null;
    if (again) { again = false; await save(); }
  }
  async function send() {
    try {
      const answer = await fetch(url, { method: "POST", body: fields(), headers: { "X-Background": "1" }, redirect: "manual", credentials: "same-origin" });
      if (answer.status === 204) { say("saved"); forget(); return; }
      dirty = true;
      say(answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 400 ? "signedOut" : "offline");
    } catch {
      dirty = true;
      say("offline");
    }
  }

  form.addEventListener("input", () => {
    dirty = true;
    remember();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); dirty = false; remember(true); });
  addEventListener("pagehide", () => {
    if (dirty) navigator.sendBeacon(url, fields());
  });
  addEventListener("online", save);

  // The tab knows words that the server never got: they come back, unless something else stands there.
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(backup))?.values?.text; } catch { /* off */ }
  const box = form.elements.text;
  if (kept && box && kept !== box.value && (box.value === "" || kept.startsWith(box.value))) {
    box.value = kept;
    dirty = true;
    save();
  }
  return save;
}

for (const form of document.querySelectorAll("form.details-form[data-draft]")) keepDraft(form);
