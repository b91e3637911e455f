/* Forms that send themselves, and forms that must not be sent twice. */

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

/* A form that must not be sent twice: the second press of "Pay" does nothing. */
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

/* What a page has to say first: what is wrong, or what was done. */
($("#error-summary") || $("#messages"))?.focus();
