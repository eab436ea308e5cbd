// The console in motion: countdowns on the server's clock, and a page that keeps itself fresh while nobody is writing.
const EVERY = 3000; // between two looks at the server, in milliseconds
const away = document.getElementById("away");
let skew = 0;

const page = () => document.getElementById("main");
const now = () => Date.now() + skew;

/** Takes over the server's clock and adds what only the reader's own screen can know. */
function arrive() {
  const said = Date.parse(page().dataset.now);
  if (!Number.isNaN(said)) skew = said - Date.now();
  if (document.body.dataset.mode === "live") page().querySelectorAll("time").forEach(forYou);
  tick();
}

/** A moment on the reader's own clock, where that clock says something else. */
function forYou(time) {
  const here = new Date(time.dateTime).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (!Number.isNaN(Date.parse(time.dateTime)) && !time.textContent.includes(here)) time.append(` (${here} for you)`);
}

/** A length of time in whole seconds as people say it. */
function said(seconds) {
  const [number, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [Math.round(seconds / 60), "minute"]
    : seconds < 129600 ? [Math.round(seconds / 3600), "hour"] : [Math.round(seconds / 86400), "day"];
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

function tick() {
  for (const element of document.querySelectorAll(".in")) {
    const left = Math.ceil((Date.parse(element.dataset.until) - now()) / 1000);
    write(element, left > 0 ? `in ${said(left)}` : "now");
  }
  const truth = document.getElementById("truth");
  if (!truth.dataset.until) return;
  const left = Math.ceil((Date.parse(truth.dataset.until) - now()) / 1000);
  truth.dataset.said ??= truth.textContent;
  write(truth, truth.dataset.said.replace(/Next post in \d+ \w+/, left > 0 ? `Next post in ${said(left)}` : "Next post now"));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether somebody is in the middle of something that a fresh page would take away. */
function busy() {
  const main = page();
  const active = document.activeElement;
  if (document.hidden || (main.contains(active) && active.matches("input, select, textarea, summary"))) return true;
  if (!getSelection().isCollapsed || main.querySelector("details[open]")) return true;
  const written = [...main.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
  const chosen = [...main.querySelectorAll("select")].some((field) =>
    field.selectedOptions[0] !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]));
  return written || chosen;
}

async function refresh() {
  if (busy() || !page().dataset.now) return; // a page without a clock is about something that failed: it stays
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(5000), headers: { Accept: "text/html" } });
    if (answer.status === 404) {
      write(away, "Amplifier was started again, so this page is no longer open here. A new address: amplifier console-link");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    write(away, "");
    if (!fresh || busy()) return;
    const focused = [...page().querySelectorAll("a, button")].indexOf(document.activeElement);
    const aside = [...page().querySelectorAll(".cards")].map((row) => row.scrollLeft);
    page().replaceWith(document.adoptNode(fresh));
    page().querySelectorAll(".cards").forEach((row, place) => { row.scrollLeft = aside[place] ?? 0; });
    if (focused >= 0) [...page().querySelectorAll("a, button")][focused]?.focus({ preventScroll: true });
    arrive();
  } catch {
    const at = new Date(now()).toLocaleTimeString("en-GB");
    if (!away.textContent) write(away, `Amplifier does not answer. What you see here is from ${at}; this page keeps looking.`);
  }
}

arrive();
setInterval(tick, 500);
setInterval(refresh, EVERY);
