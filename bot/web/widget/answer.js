// Shows an answer: the answer first, then why, then what next; every text goes in as text, never as HTML.

import { chart } from "./chart.js";
import { icon, make } from "./dom.js";
import { table } from "./table.js";
import { toolbar } from "./tools.js";

/** The answer in one breath, for screen readers. */
export function spokenAnswer(answer) {
  return [answer.text, ...(answer.reasons ?? []), answer.next_step].filter(Boolean).join(" ");
}

/** An element that shows `answer`, given as part of `turn` in `talk` (see talk.js). */
export function answerElement(answer, turn, talk) {
  const element = make("article", { class: "answer", lang: answer.language, "data-kind": answer.kind, "data-testid": "answer" });
  element.append(...parts(answer, turn, talk, (key, values) => talk.words.text(key, values, answer.language)));
  return element;
}

/** Buttons for `choices`, each of which says something in `talk`. */
export function choiceButtons(choices, talk, label) {
  const group = make("div", { class: "choices", role: "group", "aria-label": label });
  for (const choice of choices) {
    const button = make("button", { type: "button", "data-testid": "choice", "data-send": choice.send }, choice.label);
    button.addEventListener("click", () => talk.say(choice.label, choice.send));
    group.append(button);
  }
  return group;
}

function* parts(answer, turn, talk, text) {
  yield make("p", { class: "text", "data-testid": "answer-text" }, answer.text);
  if (answer.card) yield card(answer.card);
  if (answer.chart) yield chart(answer, talk, text);
  else if (answer.table) yield table(answer.table, answer, text);
  if (answer.reasons?.length) yield reasons(answer.reasons, text);
  if (answer.file) yield file(answer.file, turn, talk, text);
  if (answer.next_step) yield nextStep(answer.next_step, text);
  if (answer.choices?.length) yield choiceButtons(answer.choices, talk, text("choices"));
  yield* toolbar(answer, turn, talk, text);
}

function card({ title, subtitle, facts = [] }) {
  const section = make("div", { class: "card", role: "group", "data-testid": "answer-card", "aria-label": title });
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

function reasons(lines, text) {
  return make(
    "section",
    { class: "reasons", "data-testid": "answer-reasons" },
    make("h4", { class: "part-title" }, text("reasons")),
    make("ul", {}, ...lines.map((line) => make("li", {}, line))),
  );
}

function file({ name, link, rows }, turn, talk, text) {
  const address = talk.fileAddress(link);
  if (!address) return "";
  const label = make("span", {}, text("download", { name, rows }));
  const anchor = make("a", { href: address, download: name, class: "file", "data-testid": "answer-file" }, icon(SAVE), label);
  const line = make("p", { class: "file-line" }, anchor);
  // a page elsewhere has no cookie: the file is fetched by its token
  anchor.addEventListener("click", (event) => talk.fetchFile(event, address, name, line));
  return line;
}

function nextStep(line, text) {
  return make(
    "section",
    { class: "next-step", "data-testid": "answer-next-step" },
    make("h4", { class: "part-title" }, text("next_step")),
    make("p", { class: "text" }, line),
  );
}

const SAVE = "M10 3v9m0 0-3.5-3.5M10 12l3.5-3.5M4 14.5V17h12v-2.5";
