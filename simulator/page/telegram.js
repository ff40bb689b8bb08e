// One Telegram message as a bubble with its inline keyboard.

import { element, link, telegramHtml, time } from "./markup.js";

export function telegramMessage(message, press) {
  const body = element("div", "body", telegramHtml(message.html));
  const stamp = (message.edited_at ? "изменено " : "") + time(message.edited_at ?? message.at);
  const bubble = element("div", "bubble", element("div", "who", message.author?.name ?? "Отклик"), body, element("div", "stamp", stamp));
  const rows = (message.buttons ?? []).map((row) => element("div", "keys", ...row.map((one) => key(message, one, press))));
  return [bubble, ...rows];
}

function key(message, button, press) {
  if (button.url) return link(button.url, button.label);
  const made = element("button", ["primary", "success", "danger"].includes(button.style) ? button.style : "", button.label);
  made.type = "button";
  made.dataset.key = button.data;
  made.addEventListener("click", () => press(made, { message: message.id, data: button.data }));
  return made;
}
