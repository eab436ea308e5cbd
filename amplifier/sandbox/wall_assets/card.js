// Cards and lists on the page: keyed, so that what stays is never rebuilt; every text goes in as text only.
import { ago } from "/wall/assets/clock.js";

const FACES = 6;
const HERE = ["127.0.0.1", "localhost", "[::1]"]; // this page goes by one of its names, its posts by another

/** Makes `list` hold one child an item, in order. Children are kept by key; returns those that are new. */
export function keep(list, items, { key, make, fill }) {
  const wanted = new Set(items.map(key));
  const there = new Map();
  for (const child of [...list.children]) {
    if (wanted.has(child.dataset.key)) there.set(child.dataset.key, child);
    else child.remove();
  }
  const born = [];
  let place = list.firstElementChild;
  for (const item of items) {
    let child = there.get(key(item));
    if (!child) {
      child = make(item);
      child.dataset.key = key(item);
      born.push(child);
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
    fill(child, item);
  }
  return born;
}

/** A copy of what the page's template of this id holds. */
export const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Writes a text into an element, only if it says something else now. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A network's mark. */
export function mark(network) {
  const svg = copy("mark");
  svg.firstElementChild.setAttribute("href", `#mark-${network}`);
  return svg;
}

/** Fills `element` with the marks of these networks, if they are not there yet. */
export function marks(element, networks) {
  const names = networks.join(" ");
  if (element.dataset.names === names) return;
  element.dataset.names = names;
  element.replaceChildren(...networks.map(mark));
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", networks.map((id) => document.getElementById(`column-${id}`)?.dataset.title ?? id).join(", "));
}

/** A post's card for its network, still without its changing parts. */
export function card(network, post) {
  const article = copy(`card-${network}`);
  article.classList.add(post.ours ? "ours" : "theirs");
  dress(article, post);
  return article;
}

/** Writes a post into its card. */
export function dress(article, post) {
  article.dataset.text = post.text;
  person(article, post);
  words(article.querySelector(":scope > .words > bdi"), post);
  const link = article.querySelector(".ago");
  link.firstElementChild.dateTime = post.at;
  const address = post.url ? new URL(post.url, location.href) : null;
  if (address?.port === location.port && HERE.includes(address.hostname)) link.href = address.pathname;
}

/** What may change on a card: its words, its replies and how long ago it was. */
export function refresh(article, post) {
  if (article.dataset.text !== post.text) dress(article, post);
  write(article.querySelector(".edited"), post.edited ? " · edited" : "");
  write(article.querySelector(".ago time"), ago(post.at));
  write(article.querySelector(".replied"), post.replies.length ? String(post.replies.length) : "");
  keep(article.querySelector(".replies"), post.replies.slice(-2), {
    key: (reply) => reply.id,
    make: (reply) => {
      const item = copy("reply-card");
      person(item, reply);
      words(item.querySelector(".words > bdi"), reply);
      return item;
    },
    fill: () => {},
  });
}

function person(element, post) {
  const handle = post.handle.replace(/^@/, "");
  const face = element.querySelector(".face");
  face.dataset.face = post.ours ? "ours" : String([...handle].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % FACES);
  face.textContent = ((post.name || handle).match(/[\p{L}\p{N}_]+/gu) ?? []).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
  element.querySelector(".name").textContent = post.name || handle;
  element.querySelector(".handle").textContent = `@${handle}`;
}

/** The text with its links, tags and handles lit; offsets count code points, as the server does. */
function words(element, post) {
  const letters = Array.from(post.text);
  const cut = (from, to) => letters.slice(from, to).join("");
  const pieces = [];
  let done = 0;
  for (const { start, end } of post.spans ?? []) {
    const lit = document.createElement("span");
    lit.className = "lit";
    lit.textContent = cut(start, end);
    pieces.push(cut(done, start), lit);
    done = end;
  }
  element.replaceChildren(...pieces, cut(done));
}
