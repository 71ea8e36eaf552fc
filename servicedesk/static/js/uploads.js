// Turns a plain file picker into drop, paste and pick: each file is sent at once, so the form itself stays small.
for (const area of document.querySelectorAll("[data-uploads]")) setUp(area);

function setUp(area) {
  const form = area.closest("form");
  const picker = area.querySelector("input[type=file]");
  const list = area.querySelector("[data-attached]");
  const words = area.dataset;
  area.classList.add("attach-live");
  area.querySelector("[data-live-hint]").hidden = false;

  picker.addEventListener("change", () => { take(picker.files); picker.value = ""; });
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("attach-over"); });
  area.addEventListener("dragleave", () => area.classList.remove("attach-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("attach-over");
    take(event.dataTransfer.files);
  });
  form.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length) { event.preventDefault(); take(files); }
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    const line = button.closest("li");
    const id = line.querySelector("[name=file_ids]")?.value;
    if (id) fetch(`${words.url}/${id}/discard`, { method: "POST", body: token(), credentials: "same-origin" });
    line.remove();
    picker.focus();
  });

  function take(files) { for (const file of files) send(file); }

  function token() {
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token.value);
    return data;
  }

  function send(file) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.className = "attached-name";
    name.textContent = file.name;
    line.append(name);
    list.append(line);
    if (file.size > Number(words.largest) * 1_000_000) { fail(line, words.tooLarge); return; }
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${words.sending} ${file.name}`);
    line.append(bar);
    const data = token();
    // A browser that repeats what it sent sends the same key again.
    data.set("key", `${Date.now()}-${Math.random()}`);
    data.set("file", file);
    if ("forDraft" in words) data.set("draft", "1");
    const request = new XMLHttpRequest();
    request.open("POST", words.url);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("error", () => fail(line, words.failed));
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page */ }
      if (request.status === 201) done(line, answer);
      else fail(line, answer.message ?? words.failed);
    });
    request.send(data);
  }

  function done(line, file) {
    line.querySelector("progress")?.remove();
    line.querySelector(".attached-name").textContent = file.name;
    const size = document.createElement("span");
    size.className = "quiet";
    size.textContent = file.size;
    const id = document.createElement("input");
    id.type = "hidden";
    id.name = "file_ids";
    id.value = file.id;
    line.append(size, id, removeButton(file.name));
  }

  function fail(line, message) {
    line.querySelector("progress")?.remove();
    line.classList.add("attached-failed");
    const reason = document.createElement("span");
    reason.textContent = message;
    line.append(reason, removeButton(line.querySelector(".attached-name").textContent));
  }

  function removeButton(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-small";
    button.textContent = words.remove;
    button.setAttribute("aria-label", `${words.remove} ${name}`);
    return button;
  }
}
