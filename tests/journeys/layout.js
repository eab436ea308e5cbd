// What is wrong with how a page lies in its window, as sentences. Each function is asked by name, in the page itself.

const shown = (one) => one.checkVisibility({ visibilityProperty: true });
const named = (one) => `${one.outerHTML.replace(/\s+/g, " ").slice(0, 110)}`;
const forEars = (one) => one.closest(".unseen, .past, noscript, [aria-hidden=true]") !== null;

/** The elements that have words of their own, with the boxes of these words. */
function* words() {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !shown(one) || one.closest("script, style, template, option") || forEars(one)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5 && box.height > 0.5);
    if (boxes.length) yield { one, boxes };
  }
}

/** What cuts its content on purpose and shows that it did: by three dots, or by a bar that scrolls. */
function meansTo(box, style) {
  return style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none"
    || ["auto", "scroll"].includes(style.overflowX) || ["auto", "scroll"].includes(style.overflowY) || box === document.documentElement;
}

/** Whatever makes the whole page scroll sideways or sticks out of the window. */
function sideways() {
  const found = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`the page is ${wide} px wide`);
  for (const { one, boxes } of words()) {
    const out = boxes.some((box) => box.right > innerWidth + 1 || box.left < -1);
    if (!out) continue;
    let held = false;
    for (let up = one; up; up = up.parentElement) held ||= meansTo(up, getComputedStyle(up)) && up !== document.documentElement;
    if (!held) found.push(`words stick out: ${named(one)}`);
  }
  return found;
}

/** Words that a box cuts off without saying so, or that stand outside the box that is theirs. */
function cut() {
  const found = [];
  for (const { one, boxes } of words()) {
    for (let up = one; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (meansTo(up, style)) break;
      const mine = up.getBoundingClientRect();
      const isBox = !["inline", "contents"].includes(style.display);
      if (!isBox) continue;
      const hides = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
      const fixed = style.display !== "contents" && (up.matches("button, .button, summary, .band, .head, .head *, .tries, .networks, .state, .pretend, [role=tab]"));
      if (!hides && !fixed) continue;
      if (up.matches(".band, .home") && boxes.every((box) => box.top >= mine.bottom - 1)) break; // what has no room goes whole
      const outside = boxes.find((box) => box.bottom > mine.bottom + 3 || box.top < mine.top - 3 || box.right > mine.right + 2 || box.left < mine.left - 2);
      if (outside) found.push(`words are cut by ${named(up).slice(0, 60)}: ${named(one)}`);
      if (style.position === "fixed") break;
    }
  }
  return found;
}

/** The boxes of what can be seen of these words, where boxes around them hide the rest. */
function seen(one, boxes) {
  let left = boxes.map(({ left, top, right, bottom }) => ({ left, top, right, bottom }));
  for (let up = one; up && up !== document.documentElement; up = up.parentElement) {
    const style = getComputedStyle(up);
    if (style.overflowX === "visible" && style.overflowY === "visible") continue;
    const mine = up.getBoundingClientRect();
    left = left.map((box) => ({ left: Math.max(box.left, mine.left), top: Math.max(box.top, mine.top), right: Math.min(box.right, mine.right), bottom: Math.min(box.bottom, mine.bottom) }));
  }
  return left.filter((box) => box.right - box.left > 1 && box.bottom - box.top > 1);
}

/** Words that lie on other words: the boxes of two elements of which neither holds the other. */
function overlapping() {
  const all = [...words()].filter(({ one }) => !one.closest(".ribbon"));
  const found = [];
  const bars = (one) => { for (let up = one; up; up = up.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(up).position)) return true; return false; };
  const still = all.filter(({ one }) => !bars(one)).map(({ one, boxes }) => ({ one, boxes: seen(one, boxes) }));
  for (const [place, { one, boxes }] of still.entries()) {
    for (const other of still.slice(place + 1, place + 12)) {
      if (one.contains(other.one) || other.one.contains(one)) continue;
      const hit = boxes.some((a) => other.boxes.some((b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * Math.min(a.bottom - a.top, b.bottom - b.top)));
      if (hit) found.push(`words lie on words: ${named(one).slice(0, 60)} and ${named(other.one).slice(0, 60)}`);
    }
  }
  return found;
}

/** What can be used, but lies under a bar when one has come to it; and the end of the page, under the bar at its foot. */
function covered() {
  const found = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!shown(one) || one.disabled || one.type === "hidden" || one.matches(".past")) continue;
    one.focus({ preventScroll: false });
    const target = one.matches("input[type=radio]") ? one.closest("label") : one;
    const box = target.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const tall = box.height > innerHeight / 2;
    const middle = box.left + box.width / 2;
    const spots = tall ? [[middle, Math.max(box.top + 3, innerHeight / 2)]]
      : one.matches("textarea") ? [[middle, box.top + 3]] // a browser shows the place where one writes, not all of it
      : [[middle, box.top + 0.3 * box.height], [middle, box.bottom - 0.3 * box.height]];
    for (const [x, y] of spots) {
      const at = document.elementFromPoint(Math.min(Math.max(x, 1), innerWidth - 1), y);
      if (!at || !(target.contains(at) || at.contains(target) || at.closest("label")?.contains(one))) {
        found.push(`under ${at ? named(at).slice(0, 60) : "the edge"}: ${named(one)}`);
        break;
      }
    }
  }
  document.activeElement?.blur();
  scrollTo(0, document.documentElement.scrollHeight);
  const last = [...words()].map(({ one, boxes }) => ({ one, boxes: seen(one, boxes) })).filter(({ boxes }) => boxes.length).filter(({ one }) => one.closest("main, footer") && ![...function* () { for (let up = one; up; up = up.parentElement) yield getComputedStyle(up).position; }()].includes("fixed"))
    .filter(({ one }) => !one.closest(".posts")).sort((a, b) => Math.max(...b.boxes.map((box) => box.bottom)) - Math.max(...a.boxes.map((box) => box.bottom)))[0];
  if (last) {
    const box = last.boxes.at(-1);
    const at = document.elementFromPoint(Math.min(Math.max(box.left + 2, 1), innerWidth - 1), box.bottom - 2);
    if (at && !(last.one.contains(at) || at.contains(last.one))) found.push(`the end of the page lies under ${named(at).slice(0, 60)}: ${named(last.one)}`);
  }
  scrollTo(0, 0);
  return found;
}

/** How much of the window the bars take that stay where they are, if that is more than half of it. */
function crowded() {
  scrollTo(0, 400);
  let taken = 0;
  for (const one of document.querySelectorAll("body *")) {
    const { position } = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    if (!["fixed", "sticky"].includes(position) || !shown(one) || box.width < innerWidth / 2 || one.matches(".unseen, .past")) continue;
    taken += Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
  }
  const scrolls = document.documentElement.scrollHeight > innerHeight;
  scrollTo(0, 0);
  return scrolls && taken > innerHeight / 2 ? [`bars take ${Math.round(taken)} of ${innerHeight} px`] : [];
}

/** Content that belongs to no landmark, more or fewer than one h1, no main, no way past what comes before it. */
function lost() {
  const region = "main, nav, aside, footer, [role=search], section[aria-label], section[aria-labelledby], form[aria-label]";
  const found = [];
  for (const { one } of words()) {
    const header = one.closest("header");
    const banner = header && !header.parentElement.closest("article, aside, main, nav, section");
    if (!one.closest(region) && !banner) found.push(`in no landmark: ${named(one)}`);
  }
  const heads = [...document.querySelectorAll("h1")].filter(shown).length;
  if (heads !== 1) found.push(`${heads} h1`);
  if (document.querySelectorAll("main").length !== 1) found.push("not one main");
  if (!document.documentElement.lang) found.push("no language");
  if (!document.querySelector("meta[name=viewport]")) found.push("no viewport");
  const past = document.querySelector("a[href='#main']");
  const first = document.querySelector("a[href], button, input, summary");
  const before = document.querySelector("header, aside, nav") ?? first;
  if (!past && (!before || document.querySelector("main")?.contains(before))) return found; // nothing comes first
  if (!past || first !== past) found.push("no way past what comes first");
  else if (document.getElementById("main")?.tabIndex !== -1 || !document.querySelector("main#main")) found.push("the way past leads nowhere");
  return found;
}

/** Whether what has the keyboard shows it: by a line around it or around its label. */
function unmarked() {
  const one = document.activeElement;
  if (!one || one === document.body) return [];
  const marked = [one, one.closest("label")].filter(Boolean).some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle === "auto" || (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2 && style.opacity !== "0");
  });
  return marked ? [] : [`no sign that it has the keyboard: ${named(one)}`];
}

/** A colour as red, green, blue and how much of it there is, each from 0 to 1; a canvas knows every way to write one. */
const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
function paint(colour) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
}
const light = (colour) => colour.slice(0, 3).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);

/** Words that do not stand out from what is behind them: 4.5 to 1 (WCAG 2.2, 1.4.3). */
function faint() {
  const found = [];
  for (const { one } of words()) {
    let ground = null;
    let opaque = true;
    for (let up = one; up && !ground; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.backgroundImage !== "none" || style.opacity !== "1") opaque = false;
      if (paint(style.backgroundColor)[3] > 0.9) ground = paint(style.backgroundColor);
    }
    if (!opaque || one.closest(":disabled")) continue;
    const [a, b] = [light(paint(getComputedStyle(one).color)), light(ground ?? [1, 1, 1])];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.45) found.push(`${ratio.toFixed(1)} to 1: ${named(one)}`);
  }
  return found;
}

window.layout = { sideways, cut, overlapping, covered, crowded, lost, unmarked, faint };
