// The line under a chat: writes into it, answers a message there, or the question that the bot has asked.

import { promptFor, shortened } from "./telegram.js";
import { busy, find, send, world } from "./world.js";

/** Per messenger: the message that is answered, as {id, words}; questions that were put off. */
const answering = { telegram: null, slack: null };
const putOff = new Set();

export function answerTo(name, id, words) {
  answering[name] = { id, words };
  showComposer(name);
  find(`#${name} .composer textarea`).focus();
}

export function forgetAnswer(name) {
  answering[name] = null;
}

/** `place` is the chat that is open; a question of the bot opens its answer by itself, as Telegram does. */
export function showComposer(name, place = null) {
  const form = find(`#${name} .composer`);
  const prompt = name === "telegram" && place ? promptFor(place, world.person) : null;
  if (prompt && !putOff.has(prompt.id) && answering.telegram?.id !== prompt.id) ask(form, prompt);
  if (answering[name]?.prompt && place && (!prompt || answering[name].id !== prompt.id)) answering[name] = null;
  const current = answering[name];
  find(".to", form).hidden = !current;
  find(".to span", form).textContent = current ? `${current.prompt ? "Отклик спрашивает" : "Ответ на"}: ${shortened(current.words)}` : "";
  find("textarea", form).placeholder = current?.placeholder || (current ? "Ответ" : "Сообщение");
}

function ask(form, prompt) {
  answering.telegram = { id: prompt.id, words: prompt.text, prompt: true, placeholder: prompt.prompt.placeholder };
  const held = document.activeElement;
  if (!held || held === document.body || held.closest("#telegram")) find("textarea", form).focus({ preventScroll: true });
}

async function write(name, place, form) {
  const box = find("textarea", form);
  const button = find("button[type=submit]", form);
  const text = box.value.trim();
  if (!text || busy(button)) return;
  const who = { messenger: name, user: world.person[name], name: world.person.name, text };
  const where = name === "telegram" ? { chat: place() } : { channel: place() };
  const current = answering[name];
  const answer = await send(button, "/sim/write", { ...who, ...where, ...(current ? { reply_to: current.id } : {}) });
  if (!answer) return;
  box.value = "";
  answering[name] = null;
  await world.refresh();
}

/** `place` says which chat is open. */
export function watchComposer(name, place) {
  const form = find(`#${name} .composer`);
  form.addEventListener("submit", (event) => { event.preventDefault(); write(name, place, form); });
  find("textarea", form).addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  find(".to button", form).addEventListener("click", () => {
    if (answering[name]?.prompt) putOff.add(answering[name].id);
    answering[name] = null;
    showComposer(name);
  });
}
