// The preview as a tab. Without JavaScript the button "Preview" shows it with the form.
const form = document.querySelector("[data-editor]");
const tabs = form?.querySelector("[data-tabs]");

async function loadPreview(panel) {
  const fields = new FormData();
  fields.set("csrf_token", form.elements.csrf_token.value);
  fields.set("body", form.elements.body.value);
  fields.set("slug", form.dataset.slug);
  fields.set("language", form.elements.language?.value || "");
  const answer = await fetch(form.dataset.preview, { method: "POST", body: fields });
  if (answer.ok) panel.innerHTML = await answer.text(); // Rendered and cleaned by the server.
  return answer.ok;
}

if (tabs) {
  const [write, preview] = tabs.querySelectorAll("[role=tab]");
  const panels = { write: document.getElementById("panel-write"), preview: document.getElementById("panel-preview") };
  tabs.hidden = false;
  tabs.setAttribute("role", "tablist");
  for (const [tab, panel] of [[write, panels.write], [preview, panels.preview]]) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
  }

  const select = async (tab) => {
    const isPreview = tab === preview;
    if (isPreview && !(await loadPreview(panels.preview))) return;
    for (const one of [write, preview]) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    panels.write.hidden = isPreview;
    panels.preview.hidden = !isPreview;
    tab.focus();
  };

  write.addEventListener("click", () => select(write));
  preview.addEventListener("click", () => select(preview));
  tabs.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") select(event.target === write ? preview : write);
  });
  form.querySelector("[data-preview-button]").hidden = true;
  if (!panels.preview.hidden) { panels.write.hidden = true; write.setAttribute("aria-selected", "false"); preview.setAttribute("aria-selected", "true"); }
}
