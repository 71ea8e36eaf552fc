// Ticked steps stay ticked while this browser tab is open; without JavaScript they can be ticked all the same.
const body = document.querySelector("[data-article]");

function keyOf(article) {
  // For this person alone: kept_texts.js forgets the keys of all others.
  return `kept:${document.body.dataset.person}:steps:${article.dataset.article}:${article.dataset.revision}`;
}

function remembered(key) {
  try { return new Set(JSON.parse(sessionStorage.getItem(key))?.ticked); } catch { return new Set(); }
}

function remember(key, ids) {
  try { sessionStorage.setItem(key, JSON.stringify({ ticked: [...ids] })); } catch { /* Private windows may refuse. */ }
}

function showProgress(line, words, boxes) {
  const done = boxes.filter((box) => box.checked).length;
  line.textContent = words.replace("{done}", done).replace("{total}", boxes.length);
}

if (body) {
  const key = keyOf(body);
  const ticked = remembered(key);
  for (const list of body.querySelectorAll(".steps")) {
    const boxes = [...list.querySelectorAll(":scope > .step > .step-line > .step-box")];
    const line = document.createElement("p");
    line.className = "steps-progress";
    line.lang = document.documentElement.lang;
    line.setAttribute("role", "status");
    list.after(line);
    for (const box of boxes) {
      box.checked = ticked.has(box.id);
      box.addEventListener("change", () => {
        if (box.checked) ticked.add(box.id); else ticked.delete(box.id);
        remember(key, ticked);
        showProgress(line, body.dataset.progress, boxes);
      });
    }
    showProgress(line, body.dataset.progress, boxes);
  }
}
