// Shows an answer: every text goes in as text, never as HTML.

import { text } from "./texts.js";

const FIGURE = /^[\s\d.,%×x€$+\-–−~≈]+(Tsd\.|Mio\.|k|K|M)?[\s€$]*$/;

const FILES = "/api/files/";

const answers = new Map();
let chooses = () => {};

/** Says what happens when a choice {label, send} is pressed. */
export function onChoice(handler) {
  chooses = handler;
}

/** Keeps `answer`, given in `conversation`, and returns the HTML of an element that will show it. */
export function answerHtml(answer, conversation) {
  const key = answers.size;
  answers.set(key, { ...answer, conversation });
  return `<persona-answer data-key="${key}"></persona-answer>`;
}

/** The answer in one breath, for screen readers. */
export function spokenAnswer(answer) {
  return [answer.text, ...(answer.reasons ?? []), answer.next_step].filter(Boolean).join(" ");
}

/** A new element `name` with `content` (texts and elements) and attributes. */
export function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...content);
  return element;
}

/** Buttons for `choices`, each of which sends something. */
export function choiceButtons(choices) {
  const group = make("div", { class: "choices", role: "group", "aria-label": text("choices") });
  for (const choice of choices) {
    const button = make("button", { type: "button", "data-testid": "choice", "data-send": choice.send }, choice.label);
    button.addEventListener("click", () => chooses(choice));
    group.append(button);
  }
  return group;
}

class PersonaAnswer extends HTMLElement {
  connectedCallback() {
    const answer = answers.get(Number(this.dataset.key));
    if (!answer) return;
    this.lang = answer.language;
    this.dataset.kind = answer.kind;
    this.dataset.testid = "answer";
    this.replaceChildren(...parts(answer));
  }
}

customElements.define("persona-answer", PersonaAnswer);

function* parts(answer) {
  yield make("p", { class: "text", "data-testid": "answer-text" }, answer.text);
  if (answer.card) yield card(answer.card);
  if (answer.reasons?.length) yield reasons(answer.reasons);
  if (answer.table) yield table(answer.table);
  if (answer.file) yield file(answer.file, answer.conversation);
  if (answer.next_step) yield nextStep(answer.next_step);
  if (answer.choices?.length) yield choiceButtons(answer.choices);
  if (answer.evidence?.length) yield evidence(answer.evidence);
}

function card({ title, subtitle, facts = [] }) {
  const section = make("section", { class: "card", "data-testid": "answer-card", "aria-label": title });
  section.append(make("h3", {}, title));
  if (subtitle) section.append(make("p", { class: "subtitle" }, subtitle));
  if (facts.length) section.append(make("dl", {}, ...facts.flatMap(fact)));
  return section;
}

function fact({ label, value, share }) {
  const term = make("dt", {}, label);
  if (typeof share !== "number") return [term, make("dd", { "data-testid": "answer-fact" }, value)];
  const filled = make("i");
  filled.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
  const bar = make("span", { class: "bar", "data-testid": "answer-bar", "aria-hidden": "true" }, filled);
  const figure = make("span", { class: "value" }, value);
  return [term, make("dd", { class: "share", "data-testid": "answer-fact" }, bar, figure)];
}

function reasons(lines) {
  return make(
    "section",
    { class: "reasons", "data-testid": "answer-reasons" },
    make("h4", { class: "part-title" }, text("reasons")),
    list(lines),
  );
}

function table({ columns, rows, caption }) {
  const isFigure = columns.map((_, column) => rows.length > 0 && rows.every((row) => FIGURE.test(row[column])));
  const cell = (name, content, column) => make(name, isFigure[column] ? { class: "figure" } : {}, content);
  const head = make("tr", {}, ...columns.map((content, column) => cell("th", content, column)));
  for (const heading of head.children) heading.setAttribute("scope", "col");
  const body = rows.map((row) => make("tr", {}, ...row.map((content, column) => cell("td", content, column))));
  const element = make("table", { "data-testid": "answer-table" });
  if (caption) element.append(make("caption", {}, caption));
  element.append(make("thead", {}, head), make("tbody", {}, ...body));
  // focusable, so that a wide table can be scrolled by keyboard
  return make("div", { class: "table", tabindex: "0", role: "region", "aria-label": caption || columns.join(", ") }, element);
}

function file({ name, link, rows }, conversation) {
  const place = new URL(link, location.origin);
  if (place.origin !== location.origin || !place.pathname.startsWith(FILES)) return "";
  place.searchParams.set("conversation", conversation);
  const label = text("download", { name, rows });
  const anchor = make("a", { href: place.href, download: name, class: "file", "data-testid": "answer-file" }, label);
  return make("p", { class: "text" }, anchor);
}

function nextStep(line) {
  return make(
    "section",
    { class: "next-step", "data-testid": "answer-next-step" },
    make("h4", { class: "part-title" }, text("next_step")),
    make("p", { class: "text" }, line),
  );
}

function evidence(lines) {
  const details = make(
    "details",
    { class: "evidence", "data-testid": "answer-evidence" },
    make("summary", {}, text("evidence")),
    list(lines),
  );
  details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" }));
  return details;
}

function list(lines) {
  return make("ul", {}, ...lines.map((line) => make("li", {}, line)));
}
