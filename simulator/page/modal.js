// Slack's modals: the one that is open for the person at the page, to be filled in, sent or closed.

import { element } from "./markup.js";
import { readBlock } from "./slack.js";
import { busy, find, send, toast, world } from "./world.js";

let shown = "";
/** Fields that were empty when somebody wanted to send: Slack itself says so, nothing goes out. */
const empty = new Set();

/** Draws the modal anew only when its view changed: what is being typed stays. */
export function showModal() {
  const dialog = find("#modal");
  const modal = world.state.slack.modals.find((one) => one.user === world.person.slack);
  const wanted = modal ? `${modal.id} ${JSON.stringify(modal.view)}` : "";
  if (wanted !== shown) {
    shown = wanted;
    empty.clear();
    if (!modal) dialog.close();
    else draw(dialog, modal);
  }
  if (modal) showErrors(dialog, modal.errors);
}

function draw(dialog, modal) {
  const { view } = modal;
  const form = element("form", "", element("h2", "", view.title.text));
  form.noValidate = true;
  for (const one of view.blocks) form.append(one.type === "input" ? field(one, modal.values[one.block_id]) : readBlock(one));
  const close = button("quiet", view.close?.text ?? "Закрыть", "button");
  close.addEventListener("click", () => leave(close));
  const foot = element("div", "foot", close);
  if (view.submit) foot.append(button("primary", view.submit.text, "submit"));
  form.append(foot);
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(form, view); });
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  find("textarea, input, select", form)?.focus();
}

function button(className, words, type) {
  const made = element("button", className, words);
  made.type = type;
  return made;
}

function field(block, value) {
  const label = element("label", "field", element("span", "", block.label.text + (block.optional ? " (не обязательно)" : "")));
  const control = block.element.type === "static_select" ? choice(block.element, value) : line(block.element, value);
  control.name = block.block_id;
  label.append(control, element("span", "wrong"));
  if (block.hint) label.append(element("span", "hint", block.hint.text));
  return label;
}

function line(one, value) {
  const control = element(one.multiline ? "textarea" : "input");
  if (one.multiline) control.rows = 4;
  if (one.max_length) control.maxLength = one.max_length;
  control.placeholder = one.placeholder?.text ?? "";
  control.value = value ?? "";
  control.autocomplete = "off";
  return control;
}

function choice(one, value) {
  const control = element("select");
  control.append(new Option(one.placeholder?.text ?? "Выберите", ""));
  for (const option of one.options) control.append(new Option(option.text.text, option.value));
  control.value = value?.value ?? "";
  return control;
}

function showErrors(dialog, errors) {
  for (const control of dialog.querySelectorAll("[name]")) {
    const wrong = empty.has(control.name) && !control.value ? "Заполните это поле" : errors[control.name] ?? "";
    find(".wrong", control.parentElement).textContent = wrong;
    control.toggleAttribute("aria-invalid", Boolean(wrong));
  }
}

async function submit(form, view) {
  const button = find("button[type=submit]", form);
  if (busy(button)) return;
  const inputs = view.blocks.filter((one) => one.type === "input");
  const values = Object.fromEntries(inputs.map((one) => [one.block_id, form.elements[one.block_id].value]));
  for (const one of inputs) if (!one.optional && !values[one.block_id]) empty.add(one.block_id);
  if (inputs.some((one) => !one.optional && !values[one.block_id])) return showModal();
  const answer = await send(button, "/sim/submit", { user: world.person.slack, values });
  if (answer?.result === "unanswered") toast("Приложение не ответило. Попробуйте ещё раз", true);
  await world.refresh();
}

async function leave(control) {
  await send(control, "/sim/close", { user: world.person.slack });
  await world.refresh();
}

/** Escape closes it in Slack too, and the app may have asked to hear of that. */
export function watchModal() {
  const dialog = find("#modal");
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(dialog); });
}
