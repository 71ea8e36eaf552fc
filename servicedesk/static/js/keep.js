// Keeps an answer that is being written in this tab, until it was sent: a reload or an error page loses nothing.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = `keep:${form.dataset.keep}`;
  const box = form.querySelector("textarea");
  if (!box) continue;
  const sent = `${key}:sent`;
  try {
    // Shown again without an error after it was sent: it has arrived.
    if (sessionStorage.getItem(sent)) {
      sessionStorage.removeItem(sent);
      if (!document.querySelector(".error-summary")) sessionStorage.removeItem(key);
    }
    if (!box.value) box.value = sessionStorage.getItem(key) ?? "";
    box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
    form.addEventListener("submit", () => sessionStorage.setItem(sent, "1"));
  } catch { /* no storage in this browser */ }
}
