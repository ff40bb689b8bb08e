// A guided minute for who sees the page for the first time: what to press next, and why. Closed for good by ×.

import { element } from "./markup.js";
import { find } from "./world.js";

const CLOSED = "otklik-guide-closed";

/** Each step waits for a press on a button with that label, or for a text that is published. */
const STEPS = [
  { words: "Это карточки настоящей программы о придуманных жалобах. Нажмите «Взять» под любой.", press: "Взять" },
  { words: "Обращение ваше, и в другом мессенджере карточка изменилась тоже. Ответили клиенту — нажмите «Закрыть» и скажите, чем кончилось.", press: "Закрыть" },
  { words: "А это не жалоба? Нажмите «Не жалоба» под другой карточкой: Отклик на таких нажатиях учится.", press: "Не жалоба" },
  { words: "Теперь напишите жалобу сами («Сети» на телефоне) и нажмите «Опубликовать»: через секунду она придёт карточкой.", press: "Опубликовать" },
  { words: "Вот и всё. Своё имя и свой бренд: listener init, откуда взять ключи: docs/connect-*.ru.md." },
];

let at = 0;

export function watchGuide() {
  if (remembered()) return;
  const bar = find("#guide");
  bar.hidden = false;
  find("button", bar).addEventListener("click", () => close(bar));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button && !bar.contains(button) && button.textContent.trim() === STEPS[at].press) next(bar);
  }, true);
  show(bar);
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
