// The page: asks the simulator for its state, shows what changed, sends what is pressed and written.

import { showFeed } from "./feed.js";
import { element, mrkdwn } from "./markup.js";
import { slackMessage, whisper } from "./slack.js";
import { telegramMessage } from "./telegram.js";

const EVERY_MS = 500;
const NEAR_BOTTOM_PX = 60;
const TOAST_MS = 5000;

const find = (selector) => document.querySelector(selector);
let state = null;
let person = null;
const chosen = { telegram: null, slack: null };

// ---------------------------------------------------------------- asking and telling

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `ошибка ${response.status}`);
  return answer;
}

function toast(words, bad = false) {
  const made = element("div", bad ? "toast bad" : "toast", words);
  find("#toasts").append(made);
  setTimeout(() => made.remove(), TOAST_MS);
}

async function send(button, path, body) {
  button.setAttribute("aria-busy", "true");
  try {
    return await ask(path, body);
  } catch (error) {
    toast(error.message, true);
    return null;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

const busy = (button) => button.getAttribute("aria-busy") === "true";

async function pressTelegram(button, what) {
  if (busy(button)) return;
  const body = { messenger: "telegram", chat: chosen.telegram, user: person.telegram, name: person.name, ...what };
  const answer = await send(button, "/sim/press", body);
  if (answer) toast(answer.toast ?? "Бот не ответил за пять секунд", answer.toast === null);
  await refresh();
}

async function pressSlack(button, what) {
  if (busy(button)) return;
  const body = { messenger: "slack", channel: chosen.slack, user: person.slack, name: person.name, ...what };
  await send(button, "/sim/press", body);
  await refresh();
}

// ---------------------------------------------------------------- messengers

const MESSENGERS = {
  telegram: {
    places: () => state.telegram.chats.map((chat) => ({ id: chat.id, label: chat.title, ...chat })),
    key: (message) => String(message.id),
    draw: (message) => telegramMessage(message, pressTelegram),
  },
  slack: {
    places: () => state.slack.channels.map((channel) => ({ id: channel.id, label: `#${channel.name}`, ...channel })),
    key: (message) => message.ts,
    draw: (message) => slackMessage(message, pressSlack),
  },
};

function showMessenger(name) {
  const section = find(`#${name}`);
  const places = MESSENGERS[name].places();
  if (chosen[name] === null) chosen[name] = places[0]?.id ?? null;
  showTabs(name, section.querySelector(".tabs"), places);
  const place = places.find((one) => one.id === chosen[name]);
  if (place) showStream(name, section, place);
}

function showTabs(name, tabs, places) {
  for (const [index, place] of places.entries()) {
    const tab = tabs.children[index] ?? tabs.appendChild(newTab(name));
    const label = place.total ? `${place.label} ${place.total}` : place.label;
    if (tab.textContent !== label) tab.textContent = label;
    tab.dataset.place = place.id;
    tab.setAttribute("aria-selected", String(place.id === chosen[name]));
  }
}

function newTab(name) {
  const tab = element("button");
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.addEventListener("click", () => {
    const place = MESSENGERS[name].places().find((one) => String(one.id) === tab.dataset.place);
    chosen[name] = place.id;
    find(`#${name} .stream`).replaceChildren();
    showMessenger(name);
  });
  return tab;
}

function showStream(name, section, place) {
  const stream = section.querySelector(".stream");
  const newer = section.querySelector(".newer");
  const items = lines(name, place);
  const last = stream.lastElementChild?.dataset.id;
  const following = atBottom(stream);
  syncLines(stream, items, "Пока тихо. Карточка появится, как только кто-нибудь пожалуется.");
  const arrived = items.length > 0 && items.at(-1).id !== last;
  if (following) stream.scrollTop = stream.scrollHeight;
  newer.hidden = following || (newer.hidden && !arrived);
}

const atBottom = (stream) => stream.scrollHeight - stream.scrollTop - stream.clientHeight < NEAR_BOTTOM_PX;

function lines(name, place) {
  const { key, draw } = MESSENGERS[name];
  const shown = place.messages.map((message) => ({
    id: key(message), at: message.at, signature: JSON.stringify(message), draw: () => draw(message),
  }));
  const whispers = (place.ephemerals ?? []).filter((line) => line.user === person?.slack).map((line, index) => ({
    id: `whisper ${index} ${line.at}`, at: line.at, signature: line.text, draw: () => [whisper(line)],
  }));
  const first = shown[0]?.at ?? "";
  return [...shown, ...whispers.filter((one) => one.at >= first)].sort((one, other) => (one.at < other.at ? -1 : 1));
}

/** Makes the stream show `items` in order, touching only lines that are new, gone or changed. */
function syncLines(stream, items, emptyText) {
  const wanted = new Set(items.map((item) => item.id));
  if (!items.length) {
    if (!stream.querySelector(".empty")) stream.replaceChildren(element("p", "empty", emptyText));
    return;
  }
  for (const line of [...stream.children]) if (!wanted.has(line.dataset.id)) removeAbove(stream, line);
  for (const [index, item] of items.entries()) {
    let line = stream.children[index];
    if (line?.dataset.id !== item.id) {
      line = element("article", "message");
      line.dataset.id = item.id;
      stream.insertBefore(line, stream.children[index] ?? null);
    }
    if (line.dataset.signature !== item.signature) redraw(line, item);
  }
}

/** An old message that leaves must not push the ones being read. */
function removeAbove(stream, line) {
  const height = stream.scrollHeight;
  const above = line.offsetTop < stream.scrollTop;
  line.remove();
  if (above) stream.scrollTop -= height - stream.scrollHeight;
}

/** Keeps the keyboard's place: the same button when it is still there, else the message's first one. */
function redraw(line, item) {
  const held = line.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  line.replaceChildren(...item.draw());
  line.classList.toggle("plain", item.id.startsWith("whisper"));
  line.dataset.signature = item.signature;
  if (held === undefined) return;
  const buttons = [...line.querySelectorAll("button")];
  (buttons.find((button) => button.dataset.key === held) ?? buttons[0])?.focus({ preventScroll: true });
}

function watchScrolling(name) {
  const stream = find(`#${name} .stream`);
  const newer = find(`#${name} .newer`);
  stream.addEventListener("scroll", () => {
    if (atBottom(stream)) newer.hidden = true;
  });
  newer.addEventListener("click", () => {
    stream.scrollTop = stream.scrollHeight;
    stream.focus();
  });
}

// ---------------------------------------------------------------- people, rate, own texts

function showPeople() {
  const box = find("#people");
  if (box.querySelector("input")) return;
  for (const [index, one] of state.people.entries()) {
    const input = element("input");
    Object.assign(input, { type: "radio", name: "person", value: one.slack, checked: index === 0 });
    input.addEventListener("change", () => { person = one; showMessenger("slack"); });
    box.append(element("label", "", input, one.name));
  }
  person = state.people[0];
}

function showBrands() {
  const where = find("#write").elements.where;
  if (where.options.length > 2) return;
  for (const brand of state.brands) where.append(new Option(`Комментарий у «${brand.title}»`, `at ${brand.id}`));
}

function showRate() {
  const select = find("#rate");
  if (document.activeElement === select) return;
  const value = String(state.rate);
  if (![...select.options].some((option) => option.value === value)) select.append(new Option(value.replace(".", ","), value));
  select.value = value;
}

async function write(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  if (busy(button)) return;
  const where = form.elements.where.value;
  const community = where.startsWith("at ") ? where.slice(3) : null;
  const body = { text: form.elements.text.value, author: form.elements.author.value };
  const answer = await send(button, "/sim/publish", { ...body, network: community ? "vk" : where, community });
  if (!answer) return;
  form.elements.text.value = "";
  toast("Опубликовано: ждите карточку");
  await refresh();
}

// ---------------------------------------------------------------- the loop

const seenWhispers = new Map();

function showWhispersAsToasts() {
  for (const { id, ephemerals = [] } of state.slack.channels) {
    const fresh = seenWhispers.has(id) ? ephemerals.slice(seenWhispers.get(id)) : [];
    for (const line of fresh) if (line.user === person.slack) toast(mrkdwn(line.text));
    seenWhispers.set(id, ephemerals.length);
  }
}

function show() {
  showPeople();
  showBrands();
  showRate();
  showMessenger("telegram");
  showMessenger("slack");
  showWhispersAsToasts();
  showFeed(find("#feed"), state.feed);
  const { published, vk = 0, x = 0 } = state.counters;
  find("#counters").textContent = `Всего ${published}: ВКонтакте ${vk}, X ${x}`;
}

let asking = false;

async function refresh() {
  if (asking) return;
  asking = true;
  const answer = await ask("/sim/state").catch(() => null);
  asking = false;
  find("#lost").hidden = answer !== null;
  if (answer === null) return;
  state = answer;
  show();
}

watchScrolling("telegram");
watchScrolling("slack");
find("#write").addEventListener("submit", write);
find("#rate").addEventListener("change", (event) => {
  send(event.target, "/sim/traffic", { rate: Number(event.target.value) }).then(() => event.target.blur());
});
for (;;) {
  await refresh();
  await new Promise((resolve) => { setTimeout(resolve, document.hidden ? 4 * EVERY_MS : EVERY_MS); });
}
