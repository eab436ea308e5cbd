// The wall in motion: follows the sandbox, shows what it says, and passes the three wishes on.
import { marks, write } from "/wall/assets/card.js";
import { hear, now, said, until } from "/wall/assets/clock.js";
import * as columns from "/wall/assets/columns.js";
import * as coming from "/wall/assets/coming.js";
import { enter, fly, settle, stand, still } from "/wall/assets/motion.js";

const truth = document.getElementById("truth");
const next = document.getElementById("next");
const halted = document.getElementById("halted");
const sentence = document.getElementById("said");
const counted = document.getElementById("counted");
const buttons = [...document.querySelectorAll("[data-wish]")];
const MOODS = { // how a count looks while it is nought, and after
  sent: ["quiet", "plain"], twice: ["good", "bad"], lost: ["good", "bad"], unsure: ["quiet", "doubt"], held: ["quiet", "wait"], missed: ["quiet", "bad"],
};
const FALLBACK = {
  debate_slips: "A milestone slips 40 minutes. Every post that hangs on it moves with it.",
  pull_the_plug: "The part that sends has been killed. It comes back by itself and carries on where it stopped.",
  x_stops: "X takes the next post and says nothing. The post turns unsure; then we look whether it is out.",
};
const OURS = /(http:\/\/127\.0\.0\.1:\d+\/[\w\/-]+)/; // without the g flag, so that `test` begins anew each time
let last = null; // the last state that was heard
let heard = ""; // the instant of the last sentence of the service
let announced = { at: 0 };
let plug = null; // when the plug was pulled here, and how much had been sent by then

function show(state) {
  hear(state.now);
  const found = paint(state);
  last = state;
  strip(state);
  if (state.said && state.said.at !== heard) {
    heard = state.said.at;
    say(state.said.sentence);
  }
  conclude(found, state.strip);
  if (state.campaign) write(document.querySelector(".whose span"), `Amplifier for ${state.campaign.name} ${state.campaign.tag ?? ""}`);
  if (state.buttons?.slip) write(document.querySelector("[data-wish=debate_slips] span"), state.buttons.slip);
}

/** Brings the cards up to date; what has changed its place slides there. Returns the posts that were found just now. */
function paint(state) {
  const before = stand([...coming.cards(), ...[...document.querySelectorAll(".column .posts")].flatMap((list) => [...list.children].slice(0, 6))]);
  const old = [...coming.cards()].map((item) => ({ item, from: before.get(item), posts: item.posts }));
  coming.show(state.coming, state.strip.told, state.slips);
  const { born, found } = columns.show(state.networks, state.unsure);
  settle(before);
  for (const { network, article } of born) {
    const source = old.find(({ posts }) => posts?.some((post) => post.network === network && post.text === article.dataset.text));
    enter(article);
    if (source) fly(source.item, source.from, article);
  }
  return found;
}

/** Says how it ended: a post in doubt that was found, a worker that is back. */
function conclude(found, { sent, twice, lost }) {
  const [first] = found;
  if (first) say(`${first.network.title} did not answer. Amplifier looked, found “${[...first.post.text].slice(0, 40).join("").trimEnd()}…”, and sent nothing twice.`);
  if (!plug || now() - plug.at < 2000 || sent <= plug.sent) return;
  plug = null;
  if (!twice && !lost) say("The worker is back, and the next post is out. Nothing was sent twice and nothing is lost.");
}

function strip({ strip: counts, coming: posts }) {
  for (const [name, [none, some]] of Object.entries(MOODS)) {
    const box = document.querySelector(`[data-count=${name}]`);
    write(box.querySelector("dd"), String(counts[name]));
    box.dataset.mood = counts[name] ? some : none;
    if (name === "held" || name === "missed") box.hidden = !counts[name];
  }
  halted.hidden = !counts.stopped;
  write(halted.querySelector("bdi"), counts.stopped?.why ?? "");
  document.body.classList.toggle("stopped", Boolean(counts.stopped?.all));
  const upcoming = counts.next;
  write(next.querySelector("bdi"), upcoming ? upcoming.text
    : counts.told ? "Every planned post has been seen to." : "The plan appears as soon as the worker has read the schedules.");
  const to = upcoming ? posts.filter((post) => post.at === upcoming.at).map((post) => post.network) : [];
  marks(next.querySelector(".to"), upcoming && !to.includes(upcoming.network) ? [upcoming.network, ...to] : to);
  tick();
  announce(counts);
}

/** A few times a second and after every change: what the server's clock makes of the next post. */
function tick() {
  if (!last || document.body.dataset.life !== "live") return;
  const upcoming = last.strip.next;
  const left = upcoming ? Date.parse(upcoming.at) - now() : 0;
  const [words, time] = last.strip.stopped?.all ? ["Sending is stopped", ""]
    : !upcoming ? [last.strip.told ? "Nothing more to send" : "Waiting for the plan", ""]
    : left > 0 ? ["Next post in", until(left)]
    : left > -2500 ? ["Next post", "now"] : ["Next post was due", `${said(Math.floor(-left / 1000))} ago`];
  write(truth.firstElementChild, words);
  write(truth.lastElementChild, time);
  coming.tick();
}

/** The counts for those who listen: at once when something is wrong, else now and then. */
function announce({ sent, twice, lost, unsure }) {
  const trouble = `${twice} ${lost} ${unsure}`;
  if (trouble === announced.trouble && (sent === announced.sent || now() - announced.at < 20_000)) return;
  announced = { trouble, sent, at: now() };
  write(counted, `Sent ${sent}, twice ${twice}, lost ${lost}, unsure ${unsure}.`);
}

/** A sentence of the service; an address on this computer in it can be followed, any other stays words. */
function say(text) {
  const line = document.createElement("span");
  line.append(...text.split(OURS).map((piece) => {
    if (!OURS.test(piece)) return piece;
    const link = document.createElement("a");
    link.href = link.textContent = piece;
    return link;
  }));
  sentence.replaceChildren(line);
  if (!still()) sentence.animate([{ opacity: 0 }, { opacity: 1 }], 200);
}

async function wish(button) {
  button.ariaBusy = "true";
  if (button.dataset.wish === "x_stops") columns.front("x");
  if (button.dataset.wish === "pull_the_plug") plug = { at: now(), sent: last.strip.sent };
  try {
    const answer = await fetch(`/wall/wish/${button.dataset.wish}`, { method: "POST", headers: { "X-Wall": document.querySelector("meta[name=wish]").content }, signal: AbortSignal.timeout(8000) });
    const body = await answer.json().catch(() => ({}));
    if (body.sentence) say(body.sentence);
    else say(answer.ok ? FALLBACK[button.dataset.wish] : "The pretend networks refused that. Nothing was changed; load this page again and press once more.");
  } catch {
    say("The pretend networks did not answer, so nothing was changed. Press again in a moment.");
  } finally {
    button.ariaBusy = null;
  }
}

function live(is) {
  const before = document.body.dataset.life;
  document.body.dataset.life = is ? "live" : "lost";
  for (const button of buttons) button.disabled = !is;
  if (is) {
    if (before === "lost") say("The pretend networks are back.");
    return;
  }
  write(truth.firstElementChild, "The pretend networks have stopped");
  write(truth.lastElementChild, "");
  next.querySelector(".to").replaceChildren();
  delete next.querySelector(".to").dataset.names;
  write(next.querySelector("bdi"), "This page looks for them every few seconds. Start them with: make run");
}

let pause = 1000;
function follow() {
  const stream = new EventSource("/wall/live");
  const again = () => {
    stream.close();
    live(false);
    setTimeout(follow, pause);
    pause = Math.min(pause * 1.5, 5000);
  };
  const hearState = (state) => {
    pause = 1000;
    live(true);
    show(state);
  };
  stream.onmessage = (event) => hearState(JSON.parse(event.data));
  stream.onopen = () => fetch("/wall/state").then((answer) => answer.json()).then(hearState).catch(() => {});
  stream.onerror = again;
}

for (const button of buttons) button.addEventListener("click", () => wish(button));
setInterval(tick, 250);
setInterval(() => { if (last && document.body.dataset.life === "live") conclude(paint(last), last.strip); }, 1000);
columns.arrange();
follow();
