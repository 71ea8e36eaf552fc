// Show and hide the password while it is typed; without JavaScript the button stays hidden.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    button.querySelector("[data-show]").hidden = !isShown;
    button.querySelector("[data-hide]").hidden = isShown;
    field.focus();
  });
  // A password must not stay readable, nor be remembered as ordinary text.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
