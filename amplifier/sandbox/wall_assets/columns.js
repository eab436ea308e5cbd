// The three networks: their posts, the doubts about a post, and the tabs that stand for them on a phone.
import { card, dress, keep, refresh, write } from "/wall/assets/card.js";
import { now } from "/wall/assets/clock.js";

const columns = [...document.querySelectorAll(".column")];
const tabs = [...document.querySelectorAll("[role=tab]")];
const narrow = matchMedia("(width < 60rem)");
const doubts = new Map(); // key of a card -> {network, since, asked, until when settled}
const MARGIN = 120_000; // a post this much older than the doubt about it is another one, in milliseconds
const SETTLED = 20_000; // how long a card says that it was found, in milliseconds
const PINNED = 6_000; // how long it stays on top after that, in milliseconds
let first = true;

/** Shows the networks; returns the cards that are new, and the posts in doubt that have just been found. */
export function show(networks, unsure) {
  only(networks.map((network) => network.id));
  const born = [];
  const found = [];
  for (const network of networks) {
    const column = columns.find((one) => one.dataset.network === network.id);
    if (!column) continue;
    const open = unsure.filter((doubt) => doubt.network === network.id);
    const quiet = silent(column, network);
    const list = column.querySelector(".posts");
    const posts = [...ghosts(column, network, open), ...network.posts];
    doubt(posts, network, open, quiet && !first ? list : null);
    posts.sort((one, other) => held(other) - held(one));
    const fresh = keep(list, posts, {
      key: (post) => post.id,
      make: (post) => card(network.id, post),
      fill: (article, post) => {
        refresh(article, post);
        if (stage(article, post, network, open)) found.push({ network, post });
      },
    });
    if (!first) born.push(...fresh.map((article) => ({ network: network.id, article })));
    column.dataset.answering = String(!quiet);
    write(column.querySelector(".answers span"), quiet ? "not answering" : "answering");
    write(column.querySelector(".tally"), `${network.count} sent`);
    column.querySelector(":scope > .empty").hidden = posts.length > 0;
    const tab = document.getElementById(`tab-${network.id}`);
    tab.classList.toggle("asks", open.length > 0 || quiet);
    write(tab.querySelector("b"), open.length ? `${network.count} ?` : String(network.count));
  }
  first = false;
  return { born, found };
}

/** Whether a network keeps its answer back. Once the post in question is found, the held line is of no matter. */
function silent(column, network) {
  if (network.answering) column.quietSince = 0;
  else column.quietSince ||= now();
  return !network.answering && ![...doubts.values()].some((doubt) => doubt.network === network.id && doubt.until > column.quietSince);
}

/**
 * Remembers which posts are in doubt: those that are being looked for, and, while the network keeps its answer back,
 * the first post of ours that the list `quiet` does not have yet.
 */
function doubt(posts, network, open, quiet) {
  for (const post of posts) {
    if (doubts.has(post.id)) continue;
    const asked = asking(post, open);
    const held = !asked && quiet && post.ours && !quiet.querySelector(`[data-key="${CSS.escape(post.id)}"]`)
      && ![...doubts.values()].some((other) => other.network === network.id && !other.until);
    if (asked || held) doubts.set(post.id, { network: network.id, since: now(), asked });
  }
}

/** Whether a post stays on top for now: in doubt, or found a moment ago. */
function held({ id }) {
  const doubt = doubts.get(id);
  return Boolean(doubt) && (!doubt.until || now() < doubt.until - SETTLED + PINNED);
}

const about = (doubt, post) => post.ours && post.text === doubt.text && Date.parse(post.at) > Date.parse(doubt.since) - MARGIN;

/** Whether somebody is looking for this post right now. */
const asking = (post, open) => post.id.startsWith("ghost ") || open.some((doubt) => about(doubt, post));

/** A card for every doubt about a post that nobody has seen yet; one that has been seen takes its ghost's place. */
function ghosts(column, network, open) {
  const left = open.filter((doubt) => !network.posts.some((post) => about(doubt, post)));
  for (const ghost of column.querySelectorAll(".post[data-key^='ghost ']")) {
    const post = network.posts.find((one) => one.ours && `ghost ${one.text}` === ghost.dataset.key);
    if (!post || column.querySelector(`[data-key="${CSS.escape(post.id)}"]`)) continue;
    doubts.set(post.id, doubts.get(ghost.dataset.key));
    doubts.delete(ghost.dataset.key);
    ghost.dataset.key = post.id;
    dress(ghost, post);
  }
  const ours = network.posts.find((post) => post.ours);
  return left.map((doubt) => ({
    id: `ghost ${doubt.text}`, handle: ours?.handle ?? network.title, name: ours?.name ?? network.title, ours: true,
    text: doubt.text, at: doubt.since, url: "", spans: [], replies: [],
  }));
}

/** Marks a card as in doubt, as found, or as neither, and says so in words; true if it has been found just now. */
function stage(article, post, network, open) {
  const doubt = doubts.get(post.id);
  if (!doubt) return false;
  const asked = asking(post, open);
  doubt.asked ||= asked;
  const found = !doubt.until && doubt.asked && !asked;
  if (found) doubt.until = now() + SETTLED;
  if (!doubt.until && !doubt.asked && network.answering && now() - doubt.since > 8_000) doubt.until = now() - 1;
  const over = doubt.until && now() >= doubt.until;
  article.classList.toggle("ghost", !doubt.until);
  article.classList.toggle("found", Boolean(doubt.until) && !over);
  article.querySelector(".note").hidden = Boolean(over);
  write(article.querySelector(".note span"), doubt.until
    ? "Found. The post was out, so it was not sent again."
    : asked ? `${network.title} did not answer. Looking whether the post is out.` : `${network.title} has not said yes. Waiting for its answer.`);
  return found;
}

/** Only the campaign's networks stand here, and only of X can be wished that it stops, where that is one of them. */
function only(known) {
  for (const [place, column] of columns.entries()) tabs[place].hidden = column.hidden = !known.includes(column.dataset.network);
  document.querySelector(".columns").style.setProperty("--networks", known.length);
  document.querySelector("[data-wish=x_stops]").hidden = !known.includes("x");
  if (tabs.some((tab) => tab.hidden && tab.ariaSelected === "true")) choose(choosable()[0]);
}

/** The tabs that can be chosen. */
const choosable = () => tabs.filter((tab) => !tab.hidden);

/** On a phone the columns are tabs; on a laptop they are plain sections side by side. */
export function arrange() {
  const chosen = tabs.find((tab) => tab.ariaSelected === "true") ?? tabs[0];
  for (const column of columns) {
    const tab = document.getElementById(`tab-${column.dataset.network}`);
    column.classList.toggle("shown", tab === chosen);
    if (narrow.matches) column.setAttribute("role", "tabpanel");
    else column.removeAttribute("role");
    column.setAttribute("aria-labelledby", narrow.matches ? tab.id : `title-${column.dataset.network}`);
  }
}

/** Brings a network to the front, where only one has room. */
export const front = (network) => choose(document.getElementById(`tab-${network}`));

function choose(tab) {
  for (const one of tabs) {
    one.ariaSelected = String(one === tab);
    one.tabIndex = one === tab ? 0 : -1;
  }
  arrange();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const row = choosable();
    const place = row.indexOf(tab);
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: row.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const other = row[(next + row.length) % row.length];
    choose(other);
    other.focus();
  });
}
narrow.addEventListener("change", arrange);
