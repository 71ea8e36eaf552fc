// One incident for staff: an article goes into the answer with one click, a box that is chosen gets the focus, and
// suggestions that took too long for the page come by themselves.
const AGAIN_MS = 400;
const MOST_TIMES = 6;
const answer = document.querySelector("[data-answer]");

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-insert]");
  if (!link || !answer) return;
  event.preventDefault();
  document.getElementById("box-answer").checked = true;
  const before = answer.value.slice(0, answer.selectionStart);
  const after = answer.value.slice(answer.selectionEnd);
  const gap = before && !/\s$/.test(before) ? " " : "";
  answer.value = `${before}${gap}${link.dataset.insert} ${after}`;
  answer.focus();
  const position = before.length + gap.length + link.dataset.insert.length + 1;
  answer.setSelectionRange(position, position);
});

// A note that was kept over a reload is shown, unless an answer was kept too: that box is open anyway.
const note = document.getElementById("note-text");
if (note?.value && answer && !answer.value) document.getElementById("box-note").checked = true;

for (const radio of document.querySelectorAll("input[name=box]")) {
  radio.addEventListener("click", () => document.querySelector(`#${radio.id.replace("box-", "")} textarea`)?.focus());
}

// Each time after twice the wait: a busy machine is not helped by questions.
async function suggestAgain(times = 0) {
  const late = document.querySelector("[data-help][data-again]");
  if (!late || times === MOST_TIMES) return;
  await new Promise((done) => { setTimeout(done, AGAIN_MS * 2 ** times); });
  try {
    const page = await fetch(late.dataset.again, { credentials: "same-origin", redirect: "manual" });
    const html = page.ok ? await page.text() : "";
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-help]");
    if (fresh) late.replaceWith(fresh);
  } catch { /* Without a network the next try may find one. */ }
  suggestAgain(times + 1);
}
suggestAgain();
