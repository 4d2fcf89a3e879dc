// What one can do with an answer: see what it rests on, copy it, say whether it helped.

import { icon, make, newName } from "./dom.js";

const COPY = "M7 6.5V4h9v10h-2.5M4 6.5h9V17H4z";
const DONE = "m4 10.5 4 4 8-9";
const UP = "M3 9h3v8H3zM6 10l3.5-7c1.2 0 2 .8 2 2v3H16c.9 0 1.5.8 1.3 1.7l-1.2 6c-.2.8-.8 1.3-1.6 1.3H6";
const DOWN = "M3 3h3v8H3zM6 10l3.5 7c1.2 0 2-.8 2-2v-3H16c.9 0 1.5-.8 1.3-1.7l-1.2-6C15.9 3.500 15.300 3 14.500 3H6";
const DONE_SECONDS = 2;

/** The row of tools below an answer, and the evidence that it unfolds. */
export function* toolbar(answer, turn, talk, text) {
  const row = make("div", { class: "tools" });
  if (answer.evidence?.length) {
    const evidence = evidenceList(answer.evidence, text);
    row.append(why(evidence, text));
    yield row;
    yield evidence;
  } else {
    yield row;
  }
  row.append(make("span", { class: "gap" }), copyButton(answer, talk, text));
  if (answer.kind !== "error" && answer === turn.answers.at(-1)) row.append(thumbs(turn, talk, text));
}

/** The answer as plain text, tables by tabs, as one would paste it into a mail. */
export function plainText(answer, text) {
  const facts = (answer.card?.facts ?? []).map(({ label, value }) => `${label}: ${value}`);
  const table = answer.table ? [answer.table.columns, ...answer.table.rows].map((row) => row.join("\t")) : [];
  const blocks = [
    [answer.text],
    answer.card ? [answer.card.title, answer.card.subtitle, ...facts] : [],
    table,
    (answer.reasons ?? []).map((reason) => `- ${reason}`),
    answer.next_step ? [`${text("next_step")}: ${answer.next_step}`] : [],
    (answer.evidence ?? []).length ? [`${text("evidence")}:`, ...answer.evidence.map((line) => `- ${line}`)] : [],
  ];
  return blocks.map((lines) => lines.filter(Boolean).join("\n")).filter(Boolean).join("\n\n");
}

function evidenceList(lines, text) {
  return make(
    "section",
    { class: "evidence", id: `evidence-${newName()}`, "data-testid": "answer-evidence", hidden: true },
    make("h4", { class: "part-title" }, text("evidence")),
    make("ul", {}, ...lines.map((line) => make("li", {}, line))),
  );
}

function why(evidence, text) {
  const button = make(
    "button",
    { type: "button", class: "quiet why", "aria-expanded": "false", "aria-controls": evidence.id, "data-testid": "answer-why" },
    icon("m6 8 4 4 4-4"),
    text("why"),
  );
  button.addEventListener("click", () => {
    evidence.hidden = !evidence.hidden;
    button.setAttribute("aria-expanded", String(!evidence.hidden));
    if (!evidence.hidden) evidence.scrollIntoView({ block: "nearest" });
  });
  return button;
}

function copyButton(answer, talk, text) {
  const button = iconButton(COPY, text("copy"), "answer-copy");
  button.addEventListener("click", async () => {
    const copied = await copy(plainText(answer, text), button);
    talk.announce(text(copied ? "copied" : "not_copied"));
    if (!copied) return;
    button.replaceChildren(icon(DONE));
    setTimeout(() => button.replaceChildren(icon(COPY)), DONE_SECONDS * 1000);
  });
  return button;
}

async function copy(content, button) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    return copyBySelection(content, button); // without TLS there is no clipboard to write to
  }
}

function copyBySelection(content, button) {
  const field = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  field.value = content;
  button.after(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  button.focus();
  return copied;
}

function thumbs(turn, talk, text) {
  const group = make("span", { class: "thumbs", role: "group", "aria-label": text("feedback") });
  const thanks = make("span", { class: "thanks", "data-testid": "answer-thanks" });
  const buttons = [["praise", UP, "praise"], ["blame", DOWN, "blame"]].map(([rating, path, key]) => {
    const button = iconButton(path, text(key), `answer-${rating}`);
    button.setAttribute("aria-pressed", String(turn.rating === rating));
    button.addEventListener("click", () => rate(rating));
    return button;
  });
  async function rate(rating) {
    if (turn.rating) return;
    mark(rating);
    const said = await talk.rate(turn, rating);
    if (!said) mark(undefined);
    thanks.textContent = said ?? text("not_rated");
    talk.announce(thanks.textContent);
  }
  function mark(rating) {
    turn.rating = rating;
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(rating === ["praise", "blame"][place])));
    group.toggleAttribute("data-rated", Boolean(rating));
  }
  mark(turn.rating);
  group.append(...buttons, thanks);
  return group;
}

function iconButton(path, label, testId) {
  return make("button", { type: "button", class: "quiet", "aria-label": label, title: label, "data-testid": testId }, icon(path));
}
