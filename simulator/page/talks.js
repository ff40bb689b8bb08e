// The customers' private talks with the brands, as on their phones; who looks on may write in their place.

import { element, time } from "./markup.js";
import { busy, find, send, world } from "./world.js";

let chosen = null;
/** Messages known so far: the talk in which something new was said comes to the front. */
let known = 0;

const keyOf = (row) => `${row.network} ${row.brand} ${row.customer.id}`;

export function showTalks() {
  const section = find("#talks");
  const talks = Map.groupBy(world.state.talks.filter((row) => row.brand && !row.deleted), keyOf);
  section.hidden = talks.size === 0;
  if (section.hidden) return;
  const last = world.state.talks.at(-1);
  const total = world.state.talks.length;
  if (!talks.has(chosen) || (total !== known && last && document.activeElement !== find("input", section))) chosen = keyOf(last);
  known = total;
  if (!talks.has(chosen)) chosen = [...talks.keys()].at(-1);
  showNames(find("select", section), talks);
  showLines(find("ol", section), talks.get(chosen));
}

function showNames(select, talks) {
  const signature = JSON.stringify([...talks.keys()]);
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...[...talks].map(([key, rows]) => new Option(`${rows[0].customer.name} → ${titleOf(rows[0].brand)}`, key)));
  }
  if (document.activeElement !== select) select.value = chosen;
}

const titleOf = (brand) => world.state.brands.find((one) => one.id === brand)?.title ?? brand;

function showLines(list, rows) {
  const signature = JSON.stringify(rows);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  list.replaceChildren(...rows.map(line));
  list.scrollTop = list.scrollHeight;
}

function line(row) {
  const stamp = element("time", "", (row.edited_at ? "изменено " : "") + time(row.at));
  return element("li", row.incoming ? "mine" : "", element("span", "text", row.text), stamp);
}

async function write(event) {
  event.preventDefault();
  const form = event.target;
  const button = find("button", form);
  const text = form.elements.text.value.trim();
  const row = world.state.talks.find((one) => keyOf(one) === chosen);
  if (!text || !row || busy(button)) return;
  const { network, brand, customer } = row;
  if (!await send(button, "/sim/message", { network, brand, customer: customer.id, text })) return;
  form.elements.text.value = "";
  await world.refresh();
}

export function watchTalks() {
  const section = find("#talks");
  find("select", section).addEventListener("change", (event) => { chosen = event.target.value; showTalks(); });
  find("form", section).addEventListener("submit", write);
}
