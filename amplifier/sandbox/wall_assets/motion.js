// Motion shows where something went, and nothing else; none at all for whoever asked for stillness.
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const STEP = 200;
const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

export const still = () => stillness.matches || document.hidden;

/** Where each element stands now; give the answer to `settle` after the page has changed. */
export const stand = (elements) => new Map([...elements].map((element) => [element, element.getBoundingClientRect()]));

/** Lets every element that has moved slide from where it stood, the ones that went furthest on top. */
export function settle(before) {
  if (still()) return;
  let turn = 0;
  for (const [element, from] of before) {
    if (!element.isConnected) continue;
    const to = element.getBoundingClientRect();
    const [x, y] = [from.left - to.left, from.top - to.top];
    if (Math.abs(x) < 1 && Math.abs(y) < 1) continue;
    const far = element.classList.contains("moved");
    const start = { transform: `translate(${x}px, ${y}px)`, zIndex: far ? 2 : 1 };
    element.animate([start, { transform: "none", zIndex: far ? 2 : 1 }], {
      duration: STEP, delay: far ? 60 * turn++ : 0, easing: EASE, fill: "backwards",
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
