// Parts that several places are made of: notices, tables for wide and narrow screens, questions before what is final.

import { text } from "./texts.js";
import { make } from "./widget/dom.js";

/** What stands where there is nothing; a card leaves it out. */
export const NOTHING = "–";

/** A notice in a box; `role` "alert" speaks at once. */
export function notice(words, role = "alert") {
  return make("p", { class: "notice", role }, words);
}

/** What went wrong, with a button that tries again. */
export function trouble(refusal, again) {
  const button = make("button", { type: "button", class: "second" }, text("again"));
  button.addEventListener("click", again);
  return make("div", { class: "trouble" }, notice(refusal.message || text("offline")), button);
}

/** A button that copies `words`; `said` tells screen readers so. */
export function copyButton(words, said) {
  const button = make("button", { type: "button", class: "second", "data-testid": "copy" }, text("start.copy"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = text("start.copied");
    } catch {
      button.textContent = text("start.not_copied");
    }
    said(button.textContent);
  });
  return button;
}

/**
 * A table of `rows` (arrays of texts and elements; the first cell heads its row). On a narrow screen every row is a
 * card; the roles keep it a table for screen readers there.
 */
export function table(caption, columns, rows) {
  const head = make("tr", { role: "row" }, ...columns.map((words) => make("th", { scope: "col", role: "columnheader" }, words)));
  const body = make("tbody", { role: "rowgroup" }, ...rows.map((cells) => row(columns, cells)));
  return make(
    "table",
    { role: "table", class: "cards" },
    make("caption", { class: "unseen" }, caption),
    make("thead", { role: "rowgroup" }, head),
    body,
  );
}

function row(columns, cells) {
  const made = cells.map((content, place) => {
    const [name, role] = place ? ["td", "cell"] : ["th", "rowheader"];
    const parts = Array.isArray(content) ? content : [content];
    const nothing = content === NOTHING ? "nothing" : null;
    return make(name, { role, scope: place ? null : "row", "data-column": columns[place], class: nothing }, ...parts);
  });
  return make("tr", { role: "row" }, ...made);
}

/** Asks `question` in a dialog; resolves to whether it was affirmed by the button `affirm`. */
export function confirmed(question, details, affirm) {
  const yes = make("button", { value: "yes", class: "danger", "data-testid": "confirm" }, affirm);
  const no = make("button", { value: "no", class: "second", autofocus: true, "data-testid": "cancel" }, text("admin.cancel"));
  const dialog = make(
    "dialog",
    { "aria-labelledby": "question", "aria-describedby": "question-details" },
    make("form", { method: "dialog" }, make("h3", { id: "question" }, question), make("p", { id: "question-details" }, details), make("div", { class: "row" }, no, yes)),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

/** A choice with a label: `options` are [value, words] pairs. */
export function choice(label, options, chosen, attributes = {}) {
  const field = make("select", attributes, ...options.map(([value, words]) => make("option", { value, selected: value === chosen }, words)));
  return [make("label", {}, make("span", {}, label), field), field];
}
