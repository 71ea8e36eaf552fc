// One incident for staff: an article goes into the answer with one click, and a box that is chosen gets the focus.
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
