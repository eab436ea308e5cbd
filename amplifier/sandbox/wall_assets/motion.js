// Motion shows where something went, and nothing else; none at all for whoever asked for stillness.
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const STEP = 200;
const NUDGE = 40;
const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

export const still = () => stillness.matches || document.hidden;

/** Where each element stands now; give the answer to `settle` after the page has changed. */
export const stand = (elements) => new Map([...elements].map((element) => [element, element.getBoundingClientRect()]));

/** Lets every element that has changed its place slide there; what was moved on purpose goes last and on top. */
export function settle(before) {
  let turn = 0;
  for (const [element, from] of before) {
    const moved = element.classList.contains("moving");
    element.classList.remove("moving");
    if (still() || !element.isConnected) continue;
    const to = element.getBoundingClientRect();
    let [x, y] = [from.left - to.left, from.top - to.top];
    if (Math.abs(x) < 1 && Math.abs(y) < 1) {
      if (!moved) continue;
      x = -NUDGE; // it is later, though nothing else has passed it
    }
    const zIndex = moved ? 2 : 1;
    element.animate([{ transform: `translate(${x}px, ${y}px)`, zIndex }, { transform: "none", zIndex }], {
      duration: STEP, delay: moved ? 60 * turn++ : 0, easing: EASE, fill: "backwards",
    });
  }
}

/** Lets a new element come in. */
export function enter(element) {
  if (still()) return;
  element.animate([{ opacity: 0, transform: "translateY(-12px)" }, { opacity: 1, transform: "none" }], { duration: STEP, easing: EASE });
}

/** Lets a picture of a waiting card fly from where it stood to the post that it has become. */
export function fly(card, from, post) {
  if (still()) return;
  const to = post.getBoundingClientRect();
  if (!to.width || to.top > innerHeight) return;
  const picture = card.cloneNode(true);
  picture.classList.add("flying");
  picture.setAttribute("aria-hidden", "true");
  Object.assign(picture.style, { left: `${from.left}px`, top: `${from.top}px`, width: `${from.width}px`, height: `${from.height}px` });
  document.body.append(picture);
  const landed = `translate(${to.left - from.left}px, ${to.top - from.top}px)`;
  picture.animate([{ transform: "none", opacity: 1 }, { transform: landed, opacity: 0.9, offset: 0.85 }, { transform: landed, opacity: 0 }], { duration: STEP, easing: EASE })
    .finished.finally(() => picture.remove());
}
