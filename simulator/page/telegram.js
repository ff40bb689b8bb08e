// One Telegram message as a bubble: what it answers, its text, its inline keyboard, the question it asks.

import { element, link, telegramHtml, time } from "./markup.js";
import { world } from "./world.js";

const LONGEST_QUOTE = 90;

/** `press` gets the button and what it carries, `answer` the message that somebody wants to answer. */
export function telegramMessage(message, { press, answer }) {
  const me = world.person.telegram;
  const bubble = element("div", "bubble", element("div", "who", message.author?.name ?? "Отклик"));
  if (message.reply_to) bubble.append(quoted(message.reply_to));
  bubble.append(element("div", "body", telegramHtml(message.html, me)));
  if (message.prompt) bubble.append(question(message.prompt));
  bubble.append(foot(message, answer));
  const rows = (message.buttons ?? []).map((row) => element("div", "keys", ...row.map((one) => key(message, one, press))));
  return [bubble, ...rows];
}

/** Whose line it is decides on which side it stands. */
export function telegramSide(message) {
  if (!message.author) return "";
  return message.author.id === world.person.telegram ? "person mine" : "person";
}

/** The latest question that waits for this person's answer. */
export function promptFor(chat, person) {
  const waits = ({ prompt }) =>
    prompt && !prompt.answered.includes(person.telegram) && (prompt.asked === null || prompt.asked.includes(person.telegram));
  return chat.messages.filter(waits).at(-1) ?? null;
}

export const shortened = (text) => (text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);

const quoted = (message) =>
  element("div", "quoted", element("b", "", message.who ?? "Отклик"), element("span", "", shortened(message.text)));

function question(prompt) {
  const { people } = world.state;
  const asked = prompt.asked?.map((id) => people.find((one) => one.telegram === id)?.name ?? id).join(", ");
  const answered = prompt.answered.length > 0;
  return element("div", "question", answered ? "Ответ получен" : `Ждёт ответа: ${asked || "любой в чате"}`);
}

function foot(message, answer) {
  const stamp = element("span", "", (message.edited_at ? "изменено " : "") + time(message.edited_at ?? message.at));
  const reply = element("button", "reply", "↩");
  reply.type = "button";
  reply.title = "Ответить на это сообщение";
  reply.setAttribute("aria-label", reply.title);
  reply.dataset.key = "reply";
  reply.addEventListener("click", () => answer(message));
  const topic = message.topic === null ? [] : [element("span", "topic", `тема ${message.topic}`)];
  return element("div", "stamp", ...topic, reply, stamp);
}

function key(message, button, press) {
  if (button.url) return link(button.url, button.label);
  const made = element("button", ["primary", "success", "danger"].includes(button.style) ? button.style : "", button.label);
  made.type = "button";
  if (button.copies) {
    made.addEventListener("click", () => navigator.clipboard?.writeText(button.copies.text));
    return made;
  }
  made.dataset.key = button.data;
  made.addEventListener("click", () => press(made, { message: message.id, data: button.data }));
  return made;
}
