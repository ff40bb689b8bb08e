// What people write in the simulated networks, newest first, and what has become of it.

import { element, time, vkText } from "./markup.js";

const NETWORKS = { vk: "VK", x: "X" };
const PLACES = { wall: "", community: "сообщество бренда", comment: "комментарий", tweet: "", reply: "ответ" };
const VISITORS = 900_000_000;
const DOINGS = [["again", "Дописать"], ["edit", "Изменить"], ["delete", "Удалить"]];

/** Touches only what is new, changed or gone; `act` gets what is to be done with an own text. */
export function showFeed(list, items, act) {
  const moved = list.scrollTop > 0 ? list.scrollHeight : null;
  const lines = new Map([...list.children].map((line) => [line.dataset.id, line]));
  for (const [index, item] of items.entries()) {
    const signature = JSON.stringify(item);
    let line = lines.get(identity(item));
    lines.delete(identity(item));
    if (line?.dataset.signature !== signature) {
      const made = draw(item, items, act);
      made.dataset.signature = signature;
      line?.replaceWith(made);
      line = made;
    }
    if (list.children[index] !== line) list.insertBefore(line, list.children[index] ?? null);
  }
  for (const line of lines.values()) line.remove();
  if (moved !== null) list.scrollTop += list.scrollHeight - moved;
}

/** X gives an edited post another id. */
const identity = (item) => `${item.network}:${item.versions[0] ?? item.id}`;

function draw(item, items, act) {
  const head = element("div", "head", element("span", `net ${item.network}`, NETWORKS[item.network]));
  head.append(element("span", "name", item.author.name), element("time", "", time(item.at)));
  const made = element("li", item.deleted_at ? "deleted" : "", head);
  if (marks(item).length) made.append(element("div", "marks", marks(item).join(" · ")));
  if (item.text) made.append(element("div", "text", item.network === "vk" ? vkText(item.text) : item.text));
  if (item.shared) made.append(element("div", "shared", items.find((one) => one.id === item.shared)?.text ?? "запись выше по ленте"));
  if (item.words) made.append(element("div", "shared", item.words));
  if (Number(item.author.id) >= VISITORS && !item.deleted_at) made.append(doings(item, act));
  made.dataset.id = identity(item);
  return made;
}

function marks(item) {
  const place = item.shared ? "поделился записью" : item.kinds.includes("signed") ? "письмо в сообщество" : PLACES[item.place];
  const fate = item.deleted_at ? "удалено" : item.edited_at ? "изменено" : "";
  const voice = item.kinds.includes("api") ? "ответ бренда через Отклик" : "";
  return [place, voice, fate].filter(Boolean);
}

function doings(item, act) {
  const made = element("div", "doings");
  for (const [what, words] of DOINGS) {
    const button = element("button", "", words);
    button.type = "button";
    button.addEventListener("click", () => act(button, what, item));
    made.append(button);
  }
  return made;
}
