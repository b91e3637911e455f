(()=>{"use strict";
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (type, handler) => document.addEventListener(type, handler);
const htmxUrl = document.currentScript.dataset.htmx;
const announce = (words) => words && $$("[data-announce]").forEach((status) => {
status.textContent = "";
setTimeout(() => { status.textContent = words; }, 100);
});
let loading;
const withHtmx = () => (loading ||= new Promise((resolve, reject) => {
const start = () => {
const script = document.createElement("script");
script.src = htmxUrl;
script.onload = () => { window.htmx.process(document.body); resolve(window.htmx); };
script.onerror = reject;
document.head.append(script);
};
if (document.readyState === "complete") start();
else addEventListener("load", start);
}));
const warm = (event) => {
if (event.target.closest?.("[hx-post], [hx-get], [data-drawer]")) withHtmx().catch(() => {});
};
on("pointerover", warm);
on("focusin", warm);
if ($("[hx-trigger]")) withHtmx().catch(() => {});
on("submit", (event) => {
const form = event.target;
if (!form.matches("[hx-post], [hx-get]") || window.htmx || event.defaultPrevented) return;
event.preventDefault();
const button = event.submitter;
withHtmx().then(() => form.requestSubmit(button), () => HTMLFormElement.prototype.submit.call(form));
});
on("htmx:beforeSwap", (event) => {
const { xhr, target, requestConfig } = event.detail;
if (/^\s*<!doctype/i.test(xhr.responseText)) {
event.detail.shouldSwap = false;
const moved = xhr.responseURL && new URL(xhr.responseURL).pathname !== requestConfig.path;
if (moved && xhr.status < 400) location.assign(xhr.responseURL);
else { document.documentElement.innerHTML = xhr.responseText; scrollTo(0, 0); $("#main")?.focus(); }
return;
}
const node = document.activeElement;
target.dataset.focus = target.contains(node) ? node.getAttribute("aria-label") || node.textContent : "";
});
on("htmx:afterSettle", (event) => {
const target = event.detail.target;
const name = target.dataset.focus;
delete target.dataset.focus;
if (name && !target.contains(document.activeElement)) {
const same = $$("button, a, input", target).find(
(node) => (node.getAttribute("aria-label") || node.textContent) === name);
if (!same) target.tabIndex = -1;
(same || target).focus();
}
if (target.id === "drawer-body" && target.textContent.trim()) showDrawer();
});
on("htmx:sendError", (event) => {
const form = event.detail.elt;
if (form.matches("form")) HTMLFormElement.prototype.submit.call(form);
});
const showDrawer = () => { const drawer = $("#drawer"); if (drawer && !drawer.open) drawer.showModal(); };
const openDrawer = () => withHtmx().then((htmx) =>
htmx.ajax("GET", $("#drawer").dataset.url, { target: "#drawer-body", swap: "innerHTML" }));
on("cart-updated", (event) => {
const { count, message, open } = event.detail || {};
if (count !== undefined) {
$$("[data-cart-count]").forEach((node) => { node.textContent = count || ""; });
$$("[data-cart-words]").forEach((node) => {
node.textContent = count ? `, ${count} item${count === 1 ? "" : "s"}` : ", empty";
});
}
const say = () => announce(message);
if (open && $("#drawer")) openDrawer().then(say, say);
else say();
});
on("click", (event) => {
const target = event.target;
if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
const basket = target.closest("a[data-drawer]");
if (basket && $("#drawer") && location.pathname !== basket.pathname) {
event.preventDefault();
openDrawer().catch(() => location.assign(basket.href));
} else if (target.matches("dialog") || target.closest("[data-close]")) {
target.closest("dialog").close();
} else if (target.closest("[data-step]")) {
changeQuantity(target.closest("[data-step]"));
} else if (target.closest(".thumbs a[data-stem]")) {
showPicture(event, target.closest("a"));
} else if (target.closest(".card a")) {
$$(".vt").forEach((node) => node.classList.remove("vt"));
$(".alcove", target.closest(".card"))?.classList.add("vt");
}
if (!target.closest(".site-search")) closeSuggestions();
});
const changeQuantity = (button) => {
const input = $("input", button.closest(".qty"));
const lowest = +(input.dataset.min || 1);
const highest = +(input.dataset.max || 999);
const wanted = (parseInt(input.value) || 0) + +button.dataset.step;
const value = Math.min(Math.max(wanted, lowest), highest);
announce(value === wanted ? `${value}` : value === highest ? `${highest} is all there is` : `${lowest} is the least`);
if (`${value}` === input.value) return;
input.value = value;
input.dispatchEvent(new Event("change", { bubbles: true }));
};
const showPicture = (event, thumb) => {
const picture = $("[data-gallery] picture");
if (!picture) return;
event.preventDefault();
const { stem, alt } = thumb.dataset;
const set = (type) => [320, 640, 960].map((width) => `${stem}-${width}.${type} ${width}w`).join(", ");
const image = $("img", picture);
$("source", picture).srcset = set("avif");
image.srcset = set("webp");
image.src = `${stem}-640.webp`;
image.alt = alt || "";
$$("a", thumb.closest(".thumbs")).forEach((link) => link.removeAttribute("aria-current"));
thumb.setAttribute("aria-current", "true");
announce(alt);
};
let waiting;
on("change", (event) => {
const input = event.target;
const form = input.form;
if (!form) return;
if (form.matches("[data-stepper]")) {
clearTimeout(waiting);
waiting = setTimeout(() => form.requestSubmit(), 350);
}
if (form.matches("[data-variant]") && input.dataset.url) location.assign(input.dataset.url);
if (input.matches("[data-submit]")) form.requestSubmit();
});
on("submit", (event) => {
const form = event.target;
if (!form.matches("[data-once]")) return;
if (form.dataset.sent) return event.preventDefault();
form.dataset.sent = "yes";
$$("button", form).forEach((button) => button.setAttribute("aria-busy", "true"));
});
addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => {
delete form.dataset.sent;
$$("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
}));
($("#error-summary") || $("#messages"))?.focus();
let warned;
const countDown = () => {
const left = $("[data-left]");
if (!left) return;
const end = (left.dataset.end ||= Date.now() + left.dataset.left * 1e3);
const count = Math.ceil(Math.max(end - Date.now(), 0) / 6e4);
left.textContent = `${count} minute${count === 1 ? "" : "s"} left`;
if (count < 4 && !warned) announce(warned = left.textContent);
};
countDown();
setInterval(countDown, 9e3);
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
list.addEventListener("mousedown", (event) => event.preventDefault());
field.addEventListener("blur", closeSuggestions);
}
})();
