// Foreign text becomes nodes here, and nowhere else: nothing on the page is ever set as HTML.

const TELEGRAM_TAGS = {
  b: "b", strong: "b", i: "i", em: "i", u: "u", ins: "u", s: "s", strike: "s", del: "s",
  code: "code", pre: "pre", blockquote: "blockquote", "tg-emoji": "span",
};

export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Clock time where the cards have theirs, wherever the browser is: two clocks on one page would puzzle. */
export function time(iso) {
  return new Date(iso).toLocaleTimeString("ru-RU", { timeZone: "Europe/Moscow", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** A link that leads out, or plain text when its address is not one that a browser should open. */
export function link(address, ...children) {
  let url;
  try { url = new URL(address); } catch { url = null; }
  if (!url || !["http:", "https:", "tg:", "mailto:"].includes(url.protocol)) return element("span", "", ...children);
  const made = element("a", "", ...children);
  made.href = url.href;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

const TELEGRAM_TOKEN = /<(\/?)([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>|&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;
const AFTER_BLOCK = /^<\/(?:blockquote|pre)/i;
const NAMED = { lt: "<", gt: ">", amp: "&", quot: '"' };
const LAST_CHARACTER = 0x10ffff;

/** A name that somebody is called by; it stands out more for the one who is meant. */
export function mention(words, me) {
  return element("span", me ? "mention me" : "mention", ...words);
}

const AT = /(?<![\p{L}\p{N}_@.])@[a-z]\w{3,31}/giu;

function plain(node, text) {
  let at = 0;
  for (const found of text.matchAll(AT)) {
    node.append(text.slice(at, found.index), mention([found[0]], false));
    at = found.index + found[0].length;
  }
  node.append(text.slice(at));
}

/** Telegram's own subset of HTML, read by hand: the browser's parser never sees foreign text. */
export function telegramHtml(html, me = null) {
  const open = [{ tag: "", node: document.createDocumentFragment() }];
  let at = 0;
  for (const found of html.matchAll(TELEGRAM_TOKEN)) {
    plain(open.at(-1).node, html.slice(at, found.index));
    at = found.index + found[0].length;
    telegramToken(open, found, me);
    // A block ends its line by itself: Telegram shows no empty line for the break after it.
    if (AFTER_BLOCK.test(found[0]) && html[at] === "\n") at += 1;
  }
  plain(open.at(-1).node, html.slice(at));
  return open[0].node;
}

function telegramToken(open, [, closing, name, attributes, named, decimal, hexadecimal], me) {
  if (name === undefined) {
    const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    open.at(-1).node.append(named ? NAMED[named.toLowerCase()] : String.fromCodePoint(Math.min(code, LAST_CHARACTER)));
  } else if (!closing) {
    const node = telegramNode(name.toLowerCase(), attributes, me);
    open.at(-1).node.append(node);
    open.push({ tag: name.toLowerCase(), node });
  } else if (open.at(-1).tag === name.toLowerCase()) {
    open.pop();
  }
}

function telegramNode(tag, attributes, me) {
  if (tag === "a") {
    const address = unescape(/\shref\s*=\s*["']?([^"'\s]*)/i.exec(attributes)?.[1] ?? "");
    const person = /^tg:\/\/user\?id=(\d+)$/.exec(address);
    return person ? mention([], Number(person[1]) === me) : link(address);
  }
  if (tag === "tg-spoiler" || (tag === "span" && attributes.includes("tg-spoiler"))) {
    const hidden = element("span", "spoiler");
    hidden.tabIndex = 0;
    return hidden;
  }
  return element(Object.hasOwn(TELEGRAM_TAGS, tag) ? TELEGRAM_TAGS[tag] : "span");
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found]);

const EMOJI = {
  warning: "⚠️", rotating_light: "🚨", fire: "🔥", bell: "🔔", eyes: "👀", white_check_mark: "✅", x: "❌",
  hourglass: "⌛", pencil2: "✏️", memo: "📝", lock: "🔒", leftwards_arrow_with_hook: "↩️", arrows_counterclockwise: "🔄", raised_hand: "✋", wave: "👋", alarm_clock: "⏰", speech_balloon: "💬", red_circle: "🔴", large_yellow_circle: "🟡",
  large_green_circle: "🟢", point_right: "👉", bust_in_silhouette: "👤", link: "🔗", zzz: "💤", bulb: "💡", no_entry: "⛔", clock4: "🕓", recycle: "♻️",
};

// Marks open after a gap and close before one, so that a snake_case_word stays as it is.
const INLINE = new RegExp(
  [
    "```(?<pre>[^]+?)```",
    "`(?<code>[^`\\n]+)`",
    "<(?<address>[^<>|\\s]+)(?:\\|(?<label>[^<>]*))?>",
    "(?<![\\p{L}\\p{N}*])\\*(?<bold>[^*\\n]+)\\*(?![\\p{L}\\p{N}*])",
    "(?<![\\p{L}\\p{N}_])_(?<italic>[^_\\n]+)_(?![\\p{L}\\p{N}_])",
    "(?<![\\p{L}\\p{N}~])~(?<struck>[^~\\n]+)~(?![\\p{L}\\p{N}~])",
    ":(?<emoji>[a-z0-9_+-]+):",
  ].join("|"),
  "gu",
);

/** Slack's mrkdwn: quotes by line, the rest inside lines. */
export function mrkdwn(text) {
  const result = document.createDocumentFragment();
  let quote = null;
  for (const [index, line] of text.split("\n").entries()) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    if (quoted) {
      if (quote) quote.append("\n");
      else result.append((quote = element("blockquote")));
      quote.append(inline(line.slice(quoted[0].length)));
    } else {
      if (index > 0 && !quote) result.append("\n");
      quote = null;
      result.append(inline(line));
    }
  }
  return result;
}

function inline(text) {
  const result = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    result.append(unescape(text.slice(at, found.index)), marked(found));
    at = found.index + found[0].length;
  }
  result.append(unescape(text.slice(at)));
  return result;
}

function marked(found) {
  const { pre, code, address, label, bold, italic, struck, emoji } = found.groups;
  if (pre !== undefined) return element("pre", "", unescape(pre));
  if (code !== undefined) return element("code", "", unescape(code));
  if (address !== undefined) return reference(unescape(address), label === undefined ? null : unescape(label));
  if (bold !== undefined) return element("b", "", inline(bold));
  if (italic !== undefined) return element("i", "", inline(italic));
  if (struck !== undefined) return element("s", "", inline(struck));
  return document.createTextNode(EMOJI[emoji] ?? found[0]);
}

const BROADCASTS = { "!here": "@here", "!channel": "@channel", "!everyone": "@everyone" };
const names = new Map();
let reader = null;

/** Whom <@U01> means, and which of them reads the page. */
export function slackPeople(people, me) {
  for (const one of people) names.set(one.slack, one.name);
  reader = me;
}

/** <https://…|label> is a link; <@U01>, <#C01|name>, <!date^…|text> are Slack's own words. */
function reference(address, label) {
  if (address.startsWith("@")) return mention([`@${names.get(address.slice(1)) ?? label ?? address.slice(1)}`], address.slice(1) === reader);
  if (Object.hasOwn(BROADCASTS, address)) return mention([BROADCASTS[address]], true);
  if (/^[#!]/.test(address)) return element("span", "", label || address);
  return link(address, label || address);
}

const VK_NAME = /\[(?:id|club|public)\d+(?::[^\]|]*)?\|([^\]]+)\]/g;

/** A text of VK: [id1|Анна] is a name. */
export function vkText(text) {
  const result = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(VK_NAME)) {
    result.append(text.slice(at, found.index), mention([found[1]], false));
    at = found.index + found[0].length;
  }
  result.append(text.slice(at));
  return result;
}

export function slackText(object) {
  if (typeof object === "string") return mrkdwn(object);
  if (object?.type === "mrkdwn") return mrkdwn(object.text ?? "");
  return document.createTextNode(object?.text ?? "");
}
