// The form of a customer: a new text, another version of one's own, or one more in the same thread.

import { busy, find, send, toast, world } from "./world.js";

/** The own text that is changed or gone on with, as {what, item}; null: a new one. */
let going = null;

export function showBrands() {
  const where = find("#write").elements.where;
  if (where.options.length > 2) return;
  for (const brand of world.state.brands) where.append(new Option(`Комментарий у «${brand.title}»`, `at ${brand.id}`));
}

export async function act(button, what, item) {
  if (what !== "delete") return begin(what, item);
  if (busy(button)) return;
  if (await send(button, "/sim/delete", { id: item.id })) toast("Удалено: карточка узнает, когда об этом скажет сеть");
  await world.refresh();
}

function begin(what, item) {
  const form = find("#write");
  going = { what, item };
  form.elements.text.value = what === "edit" ? item.text : "";
  show();
  form.elements.text.focus();
}

function show() {
  const form = find("#write");
  find("h2", form).textContent = going === null ? "Напишите жалобу сами" : { edit: "Измените свой текст", again: "Напишите ещё" }[going.what];
  for (const name of ["author", "where"]) form.elements[name].disabled = going !== null;
  find("button[type=submit]", form).textContent = going?.what === "edit" ? "Изменить" : "Опубликовать";
  find(".stop", form).hidden = going === null;
}

function end() {
  going = null;
  find("#write").elements.text.value = "";
  show();
}

function request(form) {
  const text = form.elements.text.value;
  if (going) return [`/sim/${going.what}`, { id: going.item.id, text }];
  const where = form.elements.where.value;
  const community = where.startsWith("at ") ? where.slice(3) : null;
  return ["/sim/publish", { text, author: form.elements.author.value, network: community ? "vk" : where, community }];
}

async function write(event) {
  event.preventDefault();
  const form = event.target;
  const button = find("button[type=submit]", form);
  if (busy(button)) return;
  const answer = await send(button, ...request(form));
  if (!answer) return;
  toast(going?.what === "edit" ? "Изменено" : "Опубликовано: ждите карточку");
  end();
  await world.refresh();
}

export function watchForm() {
  const form = find("#write");
  form.addEventListener("submit", write);
  find(".stop", form).addEventListener("click", end);
}
