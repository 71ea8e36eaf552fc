// Answers while typing. The contract (tests/browser): the focus never moves by itself; the count is said politely;
// Escape closes, arrows move; an answer that is older than the text is dropped; nothing moves under a pressed pointer;
// without this file the form still works.
import { keepDraft } from "./draft.js";

const REST_MS = 300;
const AGAIN_MS = 400;
const MOST_TIMES = 5;
const SHORTEST = 3;
const LONGEST_QUERY = 3000;
const JUST_NOW_MS = 300;
const WIDE = matchMedia("(min-width: 900px)");

// Answers that come while a button is pressed wait until it is let go: they would push it away from under the pointer.
let released = Promise.resolve(), release = null;
addEventListener("pointerdown", () => { if (!release) released = new Promise((done) => { release = done; }); }, true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => { release?.(); release = null; }), true);
}

for (const form of document.querySelectorAll("form[data-ask]")) setUp(form);

function setUp(form) {
  const box = form.querySelector("[data-ask-text]");
  const place = form.querySelector("[data-ask-answers]");
  const live = form.querySelector("[data-ask-live]");
  const none = form.querySelector("[data-ask-continue]");
  const look = form.querySelector("[data-ask-look]");
  const save = keepDraft(form);
  let timer = 0, asked = "", newest = 0, shownAt = -JUST_NOW_MS;
  look.hidden = true;

  const text = () => box.value.trim();
  const show = (html) => {
    place.innerHTML = html; // The server's own escaped fragment.
    place.classList.remove("ask-late");
    shownAt = performance.now();
    const answers = place.firstElementChild;
    none.hidden = Number(answers?.dataset.count ?? 0) === 0;
    say(answers?.dataset.said ?? "");
  };
  const say = (words) => { live.textContent = words; };
  const clear = () => { clearTimeout(timer); newest += 1; asked = ""; show(""); };

  async function ask(times = 1) {
    const wanted = text();
    if (wanted === asked && times === 1) return;
    if (wanted.length < SHORTEST) { clear(); return; }
    asked = wanted;
    const number = ++newest;
    const url = new URL(form.dataset.suggestions, location.href);
    url.searchParams.set("text", cut(wanted));
    url.searchParams.set("session", form.elements.session.value);
    place.classList.add("ask-late");
    try {
      const answer = await fetch(url, { credentials: "same-origin", redirect: "manual", headers: { Accept: "text/html" } });
      const html = await answer.text();
      await released;
      if (number !== newest) return;
      // The desk goes on thinking when an answer takes too long: it is there a moment later. A busy one is asked less.
      // What others report is shown meanwhile.
      const isLate = html.includes(" data-again ") && times < MOST_TIMES;
      if (isLate) timer = setTimeout(ask, AGAIN_MS * 2 ** (times - 1), times + 1);
      if (!answer.ok) { asked = ""; place.classList.remove("ask-late"); }
      else if (!isLate || !html.includes(' data-count="0" ')) show(html);
    } catch {
      if (number === newest) { asked = ""; place.classList.remove("ask-late"); }
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST_MS, 1);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && place.firstElementChild) { event.preventDefault(); clear(); asked = text(); }
    const isAtEnd = box.selectionStart === box.value.length && box.selectionEnd === box.value.length;
    if (event.key === "ArrowDown" && isAtEnd) focusAnswer(event, 0);
  });
  place.addEventListener("keydown", (event) => {
    const links = [...place.querySelectorAll("[data-answer]")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") { event.preventDefault(); clear(); asked = text(); box.focus(); }
    else if (at < 0) return;
    else if (event.key === "ArrowDown") focusAnswer(event, Math.min(at + 1, links.length - 1));
    else if (event.key === "ArrowUp" && at === 0) { event.preventDefault(); box.focus(); }
    else if (event.key === "ArrowUp") focusAnswer(event, at - 1);
  });
  // What appeared under the pointer a moment ago is not what was meant: the button that stood there was.
  place.addEventListener("click", (event) => {
    if (!event.detail || performance.now() - shownAt >= JUST_NOW_MS) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  place.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-answer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    await save();
    if (!WIDE.matches || !await openPanel(link, box)) location.href = link.href;
  });

  function focusAnswer(event, number) {
    const link = place.querySelectorAll("[data-answer]")[number];
    if (!link) return;
    event.preventDefault();
    link.focus();
  }
  if (text().length >= SHORTEST && !place.firstElementChild) ask();
}

// The address of a request may not grow without end; the first words say most.
function cut(words) {
  while (encodeURIComponent(words).length > LONGEST_QUERY) words = words.slice(0, Math.floor(words.length * 0.9));
  return words;
}

async function openPanel(link, box) {
  const panel = document.querySelector("[data-panel]");
  if (!panel) return false;
  let article = null;
  try {
    const answer = await fetch(link.href, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    article = page.querySelector("[data-suggested]");
  } catch { return false; }
  if (!article) return false;
  for (const outside of article.querySelectorAll(".article-body a[href]")) outside.target = "_blank";
  panel.querySelector("[data-panel-body]").replaceChildren(article);
  // "Still stuck" takes along what stands in the box at this moment.
  article.querySelector("[data-still-stuck]")?.addEventListener("submit", (event) => {
    const text = document.createElement("input");
    text.type = "hidden";
    text.name = "text";
    text.value = box.value;
    event.currentTarget.append(text);
  });
  panel.setAttribute("aria-label", article.querySelector("h1")?.textContent ?? "");
  panel.showModal();
  panel.querySelector("[data-panel-body]").scrollTop = 0;
  return true;
}

const panel = document.querySelector("[data-panel]");
panel?.querySelector("[data-panel-close]").addEventListener("click", () => panel.close());
panel?.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
