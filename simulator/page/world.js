// What the page knows, who sits in front of it, and how it talks to the simulator.

import { element } from "./markup.js";

const TOAST_MS = 5000;

/** `state` is the simulator's last answer, `person` the one who acts; `refresh` asks again. */
export const world = { state: null, person: null, refresh: async () => {} };

export const find = (selector, within = document) => within.querySelector(selector);

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `ошибка ${response.status}`);
  return answer;
}

export function toast(words, bad = false) {
  const made = element("div", bad ? "toast bad" : "toast", words);
  find("#toasts").append(made);
  setTimeout(() => made.remove(), TOAST_MS);
}

export const busy = (control) => control.getAttribute("aria-busy") === "true";

/** Null when it was refused; the person has been told why. */
export async function send(control, path, body) {
  control.setAttribute("aria-busy", "true");
  try {
    return await ask(path, body);
  } catch (error) {
    toast(error.message, true);
    return null;
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** An alert stays until it is closed, as Telegram's does. */
export function alertDialog(words) {
  const dialog = find("#alert");
  find("p", dialog).textContent = words;
  if (!dialog.open) dialog.showModal();
}
