// The two messengers: tabs of chats, a stream of messages that keeps still while one reads, what is pressed.

import { answerTo, forgetAnswer, showComposer, watchComposer } from "./composer.js";
import { element } from "./markup.js";
import { slackMessage, whisper } from "./slack.js";
import { telegramMessage, telegramSide } from "./telegram.js";
import { alertDialog, busy, find, send, toast, world } from "./world.js";

const NEAR_BOTTOM_PX = 60;
const QUIET = "Пока тихо. Карточка появится, как только кто-нибудь пожалуется.";
const chosen = { telegram: null, slack: null };
const seen = new Map();
const unfolded = new Set();

async function pressTelegram(button, what) {
  if (busy(button)) return;
  const { person } = world;
  const body = { messenger: "telegram", chat: chosen.telegram, user: person.telegram, name: person.name, ...what };
  const answer = await send(button, "/sim/press", body);
  if (answer?.alert) alertDialog(answer.toast ?? "");
  else if (answer && !answer.answered) toast("Бот не ответил за пять секунд", true);
  else if (answer?.toast) toast(answer.toast);
  await world.refresh();
}

async function pressSlack(button, what) {
  if (busy(button)) return;
  const { person } = world;
  await send(button, "/sim/press", { messenger: "slack", channel: chosen.slack, user: person.slack, name: person.name, ...what });
  await world.refresh();
}

const MESSENGERS = {
  telegram: {
    // A private chat with the bot is its owner's alone.
    places: () => world.state.telegram.chats.filter((chat) => chat.id < 0 || chat.id === world.person.telegram)
      .map((chat) => ({ label: chat.title, ...chat })),
    lines: (chat) => chat.messages.map((message) => ({
      id: String(message.id), at: message.at, className: telegramSide(message), signature: JSON.stringify([message, world.person.telegram]),
      draw: () => telegramMessage(message, { press: pressTelegram, answer: (one) => answerTo("telegram", one.id, one.text) }),
    })),
  },
  slack: {
    places: () => world.state.slack.channels.filter((channel) => !channel.of || channel.of === world.person.slack)
      .map((channel) => ({ ...channel, label: channel.of ? "Лично" : `#${channel.name}` })),
    lines: slackLines,
  },
};

function slackLines(channel) {
  const below = Map.groupBy(channel.messages.filter((one) => one.thread), (one) => one.thread);
  const unfold = (message) => { unfolded.add(message.ts); showMessenger("slack"); };
  const answer = (message) => answerTo("slack", message.ts, message.text);
  const shown = channel.messages.filter((one) => !one.thread || one.broadcast).map((message) => {
    const [thread, open] = [below.get(message.ts) ?? [], unfolded.has(message.ts)];
    return {
      id: message.ts, at: message.at, className: "", signature: JSON.stringify([message, thread, open, world.person.slack]),
      draw: () => slackMessage(message, { press: pressSlack, answer, unfold, thread, open }),
    };
  });
  const mine = channel.ephemerals.filter((line) => line.user === world.person.slack);
  const whispers = mine.map((line, index) => ({
    id: `whisper ${index} ${line.at}`, at: line.at, className: "plain", signature: line.text, draw: () => [whisper(line)],
  }));
  const first = shown[0]?.at ?? "";
  return [...shown, ...whispers.filter((one) => one.at >= first)].sort((one, other) => (one.at < other.at ? -1 : 1));
}

export function showMessenger(name) {
  const section = find(`#${name}`);
  const places = MESSENGERS[name].places();
  if (!places.some((one) => one.id === chosen[name])) {
    if (chosen[name] !== null) find(".stream", section).replaceChildren();
    chosen[name] = places[0]?.id ?? null;
  }
  const place = places.find((one) => one.id === chosen[name]);
  // First what is below: a question of the bot takes room from the stream, which then keeps to its end.
  const following = atBottom(find(".stream", section));
  showComposer(name, place);
  if (place) showStream(name, section, place, following);
  showTabs(name, section.querySelector(".tabs"), places);
}

function showTabs(name, tabs, places) {
  while (tabs.children.length > places.length) tabs.lastElementChild.remove();
  for (const [index, place] of places.entries()) {
    const tab = tabs.children[index] ?? tabs.appendChild(newTab(name));
    const label = place.total ? `${place.label} ${place.total}` : place.label;
    if (tab.textContent !== label) tab.textContent = label;
    tab.dataset.place = place.id;
    const open = place.id === chosen[name];
    if (open || !seen.has(place.id)) seen.set(place.id, place.total);
    tab.setAttribute("aria-selected", String(open));
    tab.classList.toggle("fresh", place.total > seen.get(place.id));
  }
}

function newTab(name) {
  const tab = element("button");
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.addEventListener("click", () => {
    const place = MESSENGERS[name].places().find((one) => String(one.id) === tab.dataset.place);
    chosen[name] = place.id;
    forgetAnswer(name);
    find(`#${name} .stream`).replaceChildren();
    showMessenger(name);
  });
  return tab;
}

function showStream(name, section, place, following) {
  const stream = section.querySelector(".stream");
  const newer = section.querySelector(".newer");
  const items = MESSENGERS[name].lines(place);
  const last = stream.lastElementChild?.dataset.id;
  syncLines(stream, items, place.about || QUIET);
  const arrived = items.length > 0 && items.at(-1).id !== last;
  if (following) stream.scrollTop = stream.scrollHeight;
  newer.hidden = following || (newer.hidden && !arrived);
}

const atBottom = (stream) => stream.scrollHeight - stream.scrollTop - stream.clientHeight < NEAR_BOTTOM_PX;

/** Makes the stream show `items` in order, touching only lines that are new, gone or changed. */
function syncLines(stream, items, emptyText) {
  const wanted = new Set(items.map((item) => item.id));
  if (!items.length) {
    if (find(".empty", stream)?.textContent !== emptyText) stream.replaceChildren(element("p", "empty", emptyText));
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
  line.className = `message ${item.className}`.trim();
  line.dataset.signature = item.signature;
  if (held === undefined) return;
  const buttons = [...line.querySelectorAll("[data-key]")];
  (buttons.find((button) => button.dataset.key === held) ?? buttons[0])?.focus({ preventScroll: true });
}

export function watchMessenger(name) {
  const stream = find(`#${name} .stream`);
  const newer = find(`#${name} .newer`);
  stream.addEventListener("scroll", () => {
    if (atBottom(stream)) newer.hidden = true;
  });
  newer.addEventListener("click", () => {
    stream.scrollTop = stream.scrollHeight;
    stream.focus();
  });
  watchComposer(name, () => chosen[name]);
}
