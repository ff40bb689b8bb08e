// One Slack message as its blocks.

import { element, link, mrkdwn, slackText, time } from "./markup.js";

const SHOWN_REPLIES = 3;

/** `thread` are the answers under it, `open` whether all of them are shown. */
export function slackMessage(message, { press, answer, unfold, thread = [], open = false }) {
  const hidden = open ? 0 : Math.max(0, thread.length - SHOWN_REPLIES);
  const below = element("div", "thread", ...folded(hidden, message, unfold), ...thread.slice(hidden).map((one) => reply(one, press)));
  const content = element("div", "", head(message), ...blocks(message, press));
  const foot = action(thread.length ? "Ответить в обсуждении" : "Обсудить", "reply", () => answer(message));
  content.append(...(thread.length ? [below] : []), foot);
  return [face(message), content];
}

function head(message) {
  const made = element("div", "", element("span", "who", message.author?.name ?? "Отклик"));
  if (!message.author) made.append(element("span", "app", "ПРИЛОЖЕНИЕ"));
  made.append(element("span", "stamp", time(message.at) + (message.edited_at ? " (изменено)" : "")));
  if (message.broadcast) made.append(element("span", "stamp", " · из обсуждения, показано и в канале"));
  return made;
}

const face = (message) => element("div", message.author ? "face person" : "face", [...(message.author?.name ?? "О")][0]);

const reply = (message, press) =>
  element("div", "answer", face(message), element("div", "", head(message), ...blocks(message, press)));

function folded(count, message, unfold) {
  return count ? [action(`Показать ещё ${count}`, "unfold", () => unfold(message))] : [];
}

function action(words, key, act) {
  const made = element("button", "reply", words);
  made.type = "button";
  made.dataset.key = key;
  made.addEventListener("click", act);
  return made;
}

export function whisper(line) {
  const note = element("b", "", `Видно только вам · ${time(line.at)}`);
  return element("div", "whisper", note, mrkdwn(line.text));
}

/** The parts of a modal that are only read. */
export const readBlock = (one) => block({}, one, () => {});

function blocks(message, press) {
  if (message.tombstone) return [element("div", "block gone", "Сообщение удалено")];
  const attached = (message.attachments ?? []).map((one) => attachment(message, one, press));
  const shown = (message.blocks ?? []).map((one) => block(message, one, press));
  if (!shown.length) shown.push(element("div", "block", mrkdwn(message.text ?? "")));
  return [...shown, ...attached];
}

function attachment(message, one, press) {
  const made = element("div", "attachment", ...(one.blocks ?? []).map((inner) => block(message, inner, press)));
  if (!one.blocks?.length) made.append(mrkdwn(one.text ?? one.fallback ?? ""));
  if (/^#[0-9a-f]{6}$/i.test(one.color ?? "")) made.style.borderColor = one.color;
  return made;
}

function block(message, one, press) {
  switch (one.type) {
    case "header": return element("div", "block header", one.text?.text ?? "");
    case "divider": return element("hr");
    case "context": return element("div", "block context", ...(one.elements ?? []).map(contextElement));
    case "actions": return element("div", "block actions", ...(one.elements ?? []).map((it) => control(message, it, press)));
    case "section": return section(message, one, press);
    case "rich_text": return element("div", "block", ...(one.elements ?? []).map(rich));
    default: return element("div", "block", slackText(one.text));
  }
}

const contextElement = (one) => element("span", "", one.type === "image" ? one.alt_text ?? "" : slackText(one));

function section(message, one, press) {
  const made = element("div", "block");
  if (one.text) made.append(slackText(one.text));
  if (one.fields) made.append(element("div", "fields", ...one.fields.map((field) => element("div", "", slackText(field)))));
  if (one.accessory) made.append(element("div", "accessory", control(message, one.accessory, press)));
  return made;
}

/** Rich text keeps no marks in its text: every piece carries its own style. */
function rich(one) {
  const tags = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" };
  return element(tags[one.type] ?? "div", "", ...(one.elements ?? []).map(richPiece));
}

function richPiece(piece) {
  if (piece.elements) return rich(piece);
  let node = document.createTextNode(piece.text ?? piece.url ?? piece.name ?? "");
  if (piece.type === "link") node = link(piece.url, node);
  for (const [style, tag] of [["bold", "b"], ["italic", "i"], ["strike", "s"], ["code", "code"], ["underline", "u"]]) {
    if (piece.style?.[style]) node = element(tag, "", node);
  }
  return node;
}

/** A menu in a message: what is chosen goes out at once. */
function menu(message, one, press) {
  const made = element("select");
  made.dataset.key = `${one.action_id}:menu`;
  made.append(new Option(one.placeholder?.text ?? "Выберите", ""));
  for (const option of one.options) made.append(new Option(option.text.text, option.value));
  made.addEventListener("change", () => press(made, { ts: message.ts, action_id: one.action_id, value: made.value }));
  return made;
}

function control(message, one, press) {
  if (one.type === "static_select") return menu(message, one, press);
  if (one.type !== "button") return element("span", "", one.alt_text ?? "");
  if (one.url) {
    const out = link(one.url, one.text?.text ?? "");
    out.className = one.style ?? "";
    return out;
  }
  const made = element("button", one.style ?? "", one.text?.text ?? "");
  made.type = "button";
  made.dataset.key = `${one.action_id}:${one.value ?? ""}`;
  made.addEventListener("click", () => press(made, { ts: message.ts, action_id: one.action_id, value: one.value }));
  return made;
}
