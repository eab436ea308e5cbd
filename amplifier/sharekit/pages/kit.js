// What the kit can do where scripts run: copy, the phone's own share sheet, times for the reader, another first card.
// It remembers nothing and sends nothing.

const heard = document.createElement("p");
heard.className = "unseen";
heard.setAttribute("role", "status");
document.querySelector("main").append(heard);

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", () => act(made));
  return made;
}

async function copy(words, pressed) {
  const done = await put(words);
  const label = pressed.textContent;
  pressed.textContent = done ? "Copied" : "Press and hold the text";
  heard.textContent = done ? "The text is copied." : "Copying is not possible here: select the text.";
  pressed.disabled = true;
  setTimeout(() => { pressed.textContent = label; pressed.disabled = false; heard.textContent = ""; }, 2500);
}

// The clipboard is only there on https; the old way works inside other apps' browsers too.
async function put(words) {
  try {
    await navigator.clipboard.writeText(words.textContent);
    return true;
  } catch {
    const chosen = getSelection();
    chosen.selectAllChildren(words);
    return document.execCommand("copy");
  }
}

const onAPhone = matchMedia("(pointer: coarse)").matches && typeof navigator.share === "function";

for (const form of document.querySelectorAll(".card > [data-on]")) {
  const words = form.querySelector(".words");
  const acts = form.querySelector(".acts");
  if (onAPhone) {
    const sheet = button("Share this", () => navigator.share({ text: words.textContent }).catch(() => {}));
    sheet.className = "go";
    acts.firstElementChild.className = "";
    acts.prepend(sheet);
  }
  acts.append(button("Copy the text", (pressed) => copy(words, pressed)));
}

// Not everybody's first card is the same: many equal posts reach fewer people.
for (const list of document.querySelectorAll(".wordings")) {
  for (let turns = Math.floor(Math.random() * list.children.length); turns > 0; turns -= 1) list.append(list.firstElementChild);
}

for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime);
  const here = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (time.textContent.includes(":") && !time.textContent.includes(here)) time.append(` (${here} for you)`);
}

// A page kept from earlier must not ask for what is over. A rehearsal plays in a time of its own.
function close() {
  for (const words of document.querySelectorAll("body:not(.rehearsal) [data-until]")) {
    if (Date.parse(words.dataset.until) <= Date.now()) words.remove(); // it says "tomorrow", and that is today
  }
  const asks = [...document.querySelectorAll("body:not(.rehearsal) .ask")];
  for (const ask of asks) {
    if (Date.parse(ask.querySelector("time").dateTime) > Date.now() && ask.querySelector(".card, .ours")) continue;
    ask.remove();
    document.querySelector(`nav a[href="#${ask.id}"]`)?.closest("li").remove();
    document.querySelector("h1").textContent = document.querySelector(".ask") ? "What you can do right now." : "These asks are over. Load this page again for what comes next.";
  }
}
close();
setInterval(close, 20_000);
