// The page: asks the simulator for its state, shows what changed; who acts, and how fast the networks speak.

import { showFeed } from "./feed.js";
import { element, mrkdwn, slackPeople } from "./markup.js";
import { showGuide, watchGuide } from "./guide.js";
import { showMessenger, watchMessenger } from "./messenger.js";
import { showModal, watchModal } from "./modal.js";
import { showTalks, watchTalks } from "./talks.js";
import { ask, find, send, toast, world } from "./world.js";
import { act, showBrands, watchForm } from "./write.js";

const EVERY_MS = 500;
const seenWhispers = new Map();

function showPeople() {
  const box = find("#people");
  if (box.querySelector("input")) return;
  for (const [index, one] of world.state.people.entries()) {
    const input = element("input");
    Object.assign(input, { type: "radio", name: "person", value: one.slack, checked: index === 0 });
    input.addEventListener("change", () => choose(one));
    box.append(element("label", "", input, one.name));
  }
  choose(world.state.people[0]);
}

function choose(person) {
  world.person = person;
  slackPeople(world.state.people, person.slack);
  showMessenger("telegram");
  showMessenger("slack");
  showModal();
}

function showRate() {
  const select = find("#rate");
  if (document.activeElement === select) return;
  const value = String(world.state.rate);
  if (![...select.options].some((option) => option.value === value)) select.append(new Option(value.replace(".", ","), value));
  select.value = value;
}

function showWhispersAsToasts() {
  for (const { id, ephemerals } of world.state.slack.channels) {
    const fresh = seenWhispers.has(id) ? ephemerals.slice(seenWhispers.get(id)) : [];
    for (const line of fresh) if (line.user === world.person.slack) toast(mrkdwn(line.text), line.text.startsWith(":no_entry:"));
    seenWhispers.set(id, ephemerals.length);
  }
}

function show() {
  showPeople();
  showBrands();
  showRate();
  showMessenger("telegram");
  showMessenger("slack");
  showModal();
  showWhispersAsToasts();
  showFeed(find("#feed"), world.state.feed, act);
  showTalks();
  showGuide();
  const { published, vk = 0, x = 0 } = world.state.counters;
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
  world.state = answer;
  show();
}

/** On a narrow screen one of the three is shown at a time. */
function watchPanels() {
  for (const button of document.querySelectorAll("#panels button")) {
    button.addEventListener("click", () => {
      document.body.dataset.panel = button.value;
      for (const one of document.querySelectorAll("#panels button")) one.setAttribute("aria-pressed", String(one === button));
      const stream = find(`#${button.value} .stream`);
      if (stream) stream.scrollTop = stream.scrollHeight;
    });
  }
}

world.refresh = refresh;
watchMessenger("telegram");
watchMessenger("slack");
watchModal();
watchForm();
watchTalks();
watchPanels();
watchGuide();
find("#alert button").addEventListener("click", () => find("#alert").close());
find("#rate").addEventListener("change", (event) => {
  send(event.target, "/sim/traffic", { rate: Number(event.target.value) }).then(() => event.target.blur());
});
for (;;) {
  await refresh();
  await new Promise((resolve) => { setTimeout(resolve, document.hidden ? 4 * EVERY_MS : EVERY_MS); });
}
