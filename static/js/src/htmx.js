/* htmx is fetched when a page first needs it: most visits never do. */

let loading;
const withHtmx = () => (loading ||= new Promise((resolve, reject) => {
  const start = () => {
    const script = document.createElement("script");
    script.src = htmxUrl;
    script.onload = () => { window.htmx.process(document.body); resolve(window.htmx); };
    script.onerror = reject;
    document.head.append(script);
  };
  /* htmx starts itself only in a page that has finished loading. */
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
}));
const warm = (event) => {
  if (event.target.closest?.("[hx-post], [hx-get], [data-drawer]")) withHtmx().catch(() => {});
};
on("pointerover", warm);
on("focusin", warm);
if ($("[hx-trigger]")) withHtmx().catch(() => {});

/* A form that is sent before htmx is there waits for it, and goes the plain way without. */
on("submit", (event) => {
  const form = event.target;
  if (!form.matches("[hx-post], [hx-get]") || window.htmx || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  withHtmx().then(() => form.requestSubmit(button), () => HTMLFormElement.prototype.submit.call(form));
});

/* A whole page instead of a part (signed out, too busy) is shown as the page that it is. */
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
/* The focus stays on what was pressed, or goes to the part that replaced it. */
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
