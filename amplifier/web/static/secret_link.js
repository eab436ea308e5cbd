// Comfort only: the pages work without. Copies a text, and counts down on the server's clock.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
  });
}
const left = document.querySelector("[data-left]");
if (left) {
  const end = performance.now() + 1000 * left.dataset.left;
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (!seconds) { clearInterval(ticking); setTimeout(() => location.replace(location.href), 3000); }
  };
  const ticking = setInterval(tick, 1000);
  tick();
}
