// A guided minute for who sees the page for the first time: what to press next, and why. Closed for good by ×.

import { element } from "./markup.js";
import { find, world } from "./world.js";

const CLOSED = "otklik-guide-closed";

/** Each step waits for a press on a button with one of the labels, or until the world has come to it. */
const STEPS = [
  { words: "Это карточки настоящей программы о придуманных жалобах. Нажмите «Взять» под любой из ВКонтакте.", press: ["Взять"] },
  {
    words: "Обращение ваше, и в другом мессенджере карточка изменилась тоже. Позовите клиента: «В личку», заготовка «извинение», посмотрите, что уйдёт, и «Отправить».",
    until: ({ feed }) => feed.some((item) => item.kinds.includes("api") && item.text.includes("ref=")),
  },
  {
    words: "Приглашение стоит под записью («Сети» на телефоне). Через несколько секунд клиент напишет в личные сообщения.",
    until: ({ talks }) => talks.some((row) => row.incoming),
  },
  {
    words: "Клиент пишет, карточка и обсуждение под ней это показывают. Ответьте на его сообщение: ↩ в Telegram, кнопка в Slack. Уйдёт только то, что вы подтвердите.",
    until: ({ talks }) => talks.some((row) => !row.incoming),
  },
  { words: "Поговорите ещё. Клиент сказал спасибо? Нажмите «Закрыть: решено» и назовите причину.", press: ["Закрыть", "Закрыть: решено"] },
  { words: "Теперь напишите жалобу сами («Сети» на телефоне) и нажмите «Опубликовать»: через секунду она придёт карточкой.", press: ["Опубликовать"] },
  { words: "Вот и всё. Под тем, что не жалоба, нажимайте «Не жалоба»: Отклик учится. Свой бренд: listener init, откуда взять ключи: docs/connect-*.ru.md." },
];

let at = 0;

export function watchGuide() {
  if (remembered()) return;
  const bar = find("#guide");
  bar.hidden = false;
  find("button", bar).addEventListener("click", () => close(bar));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button && !bar.contains(button) && STEPS[at].press?.includes(button.textContent.trim())) next(bar);
  }, true);
  show(bar);
}

/** Something may have happened that a step waits for. */
export function showGuide() {
  if (STEPS[at].until?.(world.state)) next(find("#guide"));
}

function next(bar) {
  at += 1;
  show(bar);
}

function show(bar) {
  find("span", bar).replaceChildren(
    element("b", "", at + 1 < STEPS.length ? `${at + 1} из ${STEPS.length - 1}. ` : ""), STEPS[at].words,
  );
}

function close(bar) {
  bar.hidden = true;
  try {
    localStorage.setItem(CLOSED, "1");
  } catch {
    // A browser that keeps nothing shows it again next time.
  }
}

function remembered() {
  try {
    return localStorage.getItem(CLOSED) !== null;
  } catch {
    return false;
  }
}
