// What people write in the simulated networks, newest first.

import { element, time } from "./markup.js";

const NETWORKS = { vk: "VK", x: "X" };
const PLACES = { wall: "", community: "сообщество бренда", comment: "комментарий", tweet: "", reply: "ответ" };

/** Adds what is new on top and drops what is old; the rest of the list stays untouched. */
export function showFeed(list, items) {
  const known = new Set([...list.children].map((line) => line.dataset.id));
  const fresh = items.filter((item) => !known.has(identity(item)));
  const moved = list.scrollTop > 0 ? list.scrollHeight : null;
  list.prepend(...fresh.map(line));
  while (list.children.length > items.length) list.lastElementChild.remove();
  if (moved !== null) list.scrollTop += list.scrollHeight - moved;
}

const identity = (item) => `${item.network}:${item.id}`;

function line(item) {
  const head = element("div", "head", element("span", `net ${item.network}`, NETWORKS[item.network]));
  head.append(element("span", "name", item.author.name));
  if (PLACES[item.place]) head.append(element("span", "", PLACES[item.place]));
  head.append(element("time", "", time(item.at)));
  const made = element("li", "", head, element("div", "text", item.text));
  made.dataset.id = identity(item);
  return made;
}
