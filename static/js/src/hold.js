/* How many minutes the basket is still kept; said aloud once, near the end. */

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
