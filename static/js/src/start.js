/* Helpers of all the other files; the files are joined into one function by script/build-js. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (type, handler) => document.addEventListener(type, handler);
const htmxUrl = document.currentScript.dataset.htmx;

/** Say something to people who listen instead of look; the same words twice are said twice.
    The drawer has its own place for it, because what lies behind an open dialog is not read. */
const announce = (words) => words && $$("[data-announce]").forEach((status) => {
  status.textContent = "";
  setTimeout(() => { status.textContent = words; }, 100);
});
