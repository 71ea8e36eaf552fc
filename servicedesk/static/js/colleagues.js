// Finds colleagues while one types into a field that takes a user name or mail. Without it one types the whole of it.
// The pattern is ARIA's combobox with a list: the focus stays in the field, arrows and Enter choose, Escape closes.
const REST_MS = 200, SHORTEST = 2;

for (const field of document.querySelectorAll("input[data-colleagues]")) setUp(field);

function make(tag, className, id) {
  const node = document.createElement(tag);
  node.className = className;
  if (id) node.id = id;
  return node;
}

function setUp(field) {
  const list = make("ul", "picker-list", `${field.id}-list`);
  const chosen = make("p", "hint picker-chosen");
  const live = make("p", "visually-hidden");
  const hint = make("p", "hint", `${field.id}-live`);
  const frame = make("div", "picker");
  let people = [], active = -1, timer = 0, latest = 0;

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${field.id}"]`)?.textContent.trim() ?? "");
  list.hidden = true;
  live.setAttribute("role", "status");
  hint.textContent = field.dataset.colleaguesHint;
  field.before(hint, frame);
  frame.append(field, list, chosen, live);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    field.setAttribute(name, value);
  }
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${hint.id}`.trim());

  function mark(position) {
    active = position;
    [...list.children].forEach((line, place) => line.setAttribute("aria-selected", String(place === active)));
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[active].id);
  }
  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }
  function line(person, place) {
    const item = make("li", "picker-line", `${list.id}-${place}`);
    const name = document.createElement("b");
    const more = make("span", "quiet");
    name.textContent = person.name;
    more.textContent = [person.user_name, person.department].filter(Boolean).join(" · ");
    item.setAttribute("role", "option");
    item.append(name, more);
    return item;
  }
  function show(found) {
    people = found;
    list.replaceChildren(...people.map(line));
    mark(-1);
    list.hidden = !people.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }
  function choose(place) {
    const person = people[place];
    field.value = person.user_name;
    latest += 1;
    chosen.textContent = [person.name, person.mail].filter(Boolean).join(" · ");
    live.textContent = person.name;
    close();
    field.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "chosen" }));
  }
  async function look() {
    const text = field.value.trim();
    const turn = ++latest;
    if (text.length < SHORTEST) { close(); return; }
    try {
      const address = `${field.dataset.colleagues}?${new URLSearchParams({ text })}`;
      const answer = await fetch(address, { headers: { "X-Background": "1" }, credentials: "same-origin" });
      if (turn !== latest || !answer.ok) return;
      const { people: found, message } = await answer.json();
      if (turn !== latest) return;
      show(found);
      live.textContent = message;
    } catch { close(); } // The whole user name can still be typed.
  }

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.detail === "chosen") return;
    chosen.textContent = "";
    timer = setTimeout(look, REST_MS);
  });
  field.addEventListener("blur", () => { clearTimeout(timer); latest += 1; close(); });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark((active + step + people.length + (active < 0 && step < 0 ? 1 : 0)) % people.length);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // Pressing must not take the focus out of the field, or the list would be gone before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) choose(place);
  });
}
