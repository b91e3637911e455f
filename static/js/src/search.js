/* Suggestions under the search field: a combobox over links. */

const field = $("[data-suggest]");
const list = $("#suggestions");
let asked = 0;
const options = () => $$("a", list);
const closeSuggestions = () => {
  if (!field || list.hidden) return;
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
};
const ask = async (number) => {
  const query = field.value.trim();
  if (query.length < 2) return closeSuggestions();
  const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(query)}`).catch(() => null);
  if (!answer?.ok || number !== asked || document.activeElement !== field) return;
  list.innerHTML = await answer.text();
  const found = options();
  $$("ul, li", list).forEach((node) => node.setAttribute("role", "none"));
  found.forEach((link, index) => {
    link.id = `suggestion-${index}`;
    link.role = "option";
    link.tabIndex = -1;
  });
  list.hidden = !found.length;
  field.setAttribute("aria-expanded", !list.hidden);
  field.removeAttribute("aria-activedescendant");
  announce(found.length ? `${found.length} suggestion${found.length === 1 ? "" : "s"}` : "");
};
const choose = (key) => {
  const found = options();
  const here = found.findIndex((link) => link.ariaSelected === "true");
  /* One place more than there are options: the field itself. */
  const next = ((here + (key === "ArrowDown" ? 2 : found.length + 1)) % (found.length + 1)) - 1;
  found.forEach((link, index) => { link.ariaSelected = index === next; });
  if (next < 0) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", found[next].id);
};
if (field && list) {
  Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" })
    .forEach(([name, value]) => field.setAttribute(name, value));
  field.addEventListener("input", () => {
    const number = ++asked;
    setTimeout(() => number === asked && ask(number), 150);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key);
    else if (event.key === "Escape") closeSuggestions();
    else if (event.key === "Enter" && field.hasAttribute("aria-activedescendant")) $("[aria-selected=true]", list).click();
    else return;
    event.preventDefault();
  });
  /* A press on the list leaves the focus in the field, so that only leaving it closes the list. */
  list.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("blur", closeSuggestions);
}
