/* The number in the header, the drawer, quantities, and pictures that move or change. */

const showDrawer = () => { const drawer = $("#drawer"); if (drawer && !drawer.open) drawer.showModal(); };
const openDrawer = () => withHtmx().then((htmx) =>
  htmx.ajax("GET", $("#drawer").dataset.url, { target: "#drawer-body", swap: "innerHTML" }));

/* The server answers a change of the basket with this event: {count, message, open}. */
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
    /* The picture of a card becomes the picture of its page. */
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
