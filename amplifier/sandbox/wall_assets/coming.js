// The row of what comes next: one card for each moment, which slides to its new place when a milestone moves.
import { copy, keep, marks, write } from "/wall/assets/card.js";
import { now, until } from "/wall/assets/clock.js";
import { still } from "/wall/assets/motion.js";

const MOST = 8;
let slipping = ""; // the milestone that the button moves
const KEPT = 3; // how many of the places are for posts that hang on it, however late they are
const REMEMBER = 20_000; // how long a card says that it has moved, in milliseconds
const row = document.getElementById("coming");
const section = row.parentElement;
const groups = new Map(); // id of a post -> key of the card that it belongs to

/** One entry for each moment: the posts that go out together to several networks share a card. */
function gather(coming) {
  const moments = new Map();
  for (const post of coming) {
    const moment = `${post.at} ${post.when} ${post.hangs_on}`;
    if (!moments.has(moment)) moments.set(moment, []);
    moments.get(moment).push(post);
  }
  const taken = new Set();
  const gathered = [...moments.values()].map((posts) => {
    const known = posts.map((post) => groups.get(post.id)).find((key) => key && !taken.has(key));
    const key = known ?? posts[0].id;
    taken.add(key);
    return { key, posts, ...posts[0] };
  });
  groups.clear();
  for (const { key, posts } of gathered) for (const post of posts) groups.set(post.id, key);
  return choose(gathered.sort((one, other) => Date.parse(one.at) - Date.parse(other.at)));
}

/** The next moments, and in the last places the next ones of the milestone that the button moves: `gap` says where. */
function choose(moments) {
  const slips = (moment) => moment.hangs_on !== "" && moment.hangs_on === slipping;
  const near = moments.slice(0, MOST);
  const far = moments.slice(MOST).filter(slips);
  while (far.length && near.filter(slips).length < KEPT) {
    const place = near.findLastIndex((moment) => !slips(moment));
    near.splice(place, 1);
    near.push(far.shift());
  }
  return near.map((moment, place) => ({ ...moment, gap: place > 0 && moments.indexOf(moment) !== moments.indexOf(near[place - 1]) + 1 }));
}

export function show(coming, told, milestone) {
  slipping = milestone;
  const moments = gather(coming);
  keep(row, moments, { key: (moment) => String(moment.key), make: () => copy("due-card"), fill });
  row.hidden = moments.length === 0;
  reveal(row.querySelector(".moving"));
  const empty = section.querySelector(".empty");
  empty.hidden = moments.length > 0;
  write(empty.lastElementChild, told
    ? "Nothing more is planned. What a schedule adds appears here."
    : "The next posts stand here, in the order in which they go out.");
  const legend = section.querySelector(".legend");
  legend.hidden = !slipping || !moments.some((moment) => moment.hangs_on === slipping);
  write(legend.lastElementChild, `hangs on the ${plain(slipping)} and moves with it`);
  tick();
}

/** Brings a card that has just moved into sight, where the row is longer than the screen. */
function reveal(item) {
  if (!item || item.offsetLeft + item.offsetWidth <= row.scrollLeft + row.clientWidth) return;
  row.scrollTo({ left: item.offsetLeft - row.clientWidth / 4, behavior: still() ? "auto" : "smooth" });
}

/** Says anew how long each card still waits. */
export function tick() {
  for (const item of row.children) {
    const left = Number(item.dataset.at) - now();
    write(item.querySelector(".soon b"), left > 0 ? `in ${until(left)}` : "due now");
    if (item.dataset.until && now() > Number(item.dataset.until)) forget(item);
  }
}

/** The card in the row that stands for this text on this network, if there is one. */
export const waiting = (network, text) =>
  [...row.children].find((item) => item.posts?.some((post) => post.network === network && post.text === text));

export const cards = () => row.children;

function fill(item, moment) {
  const time = moment.when.match(/\d?\d:\d\d/)?.[0] ?? moment.when;
  if (item.dataset.time && item.dataset.time !== time && moment.hangs_on) {
    item.dataset.was = item.dataset.time;
    item.classList.add("moved", "moving");
    item.dataset.until = String(now() + REMEMBER);
  }
  item.dataset.time = time;
  item.dataset.at = String(Date.parse(moment.at));
  item.posts = moment.posts;
  item.classList.toggle("pinned", slipping !== "" && moment.hangs_on === slipping);
  item.classList.toggle("gap", moment.gap);
  write(item.querySelector(".when"), moment.when);
  write(item.querySelector(".words bdi"), moment.text);
  marks(item.querySelector(".to"), moment.posts.map((post) => post.network));
  const hangs = item.querySelector(".hangs");
  hangs.hidden = !moment.hangs_on;
  write(hangs.lastElementChild, item.dataset.was ? `was ${item.dataset.was}` : plain(moment.hangs_on));
}

function forget(item) {
  delete item.dataset.until;
  delete item.dataset.was;
  item.classList.remove("moved");
}

const plain = (name) => name.replaceAll("_", " ");
