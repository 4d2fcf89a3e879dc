// A table to read, to scroll by keyboard and to take along as CSV.

import { icon, make, saveFile } from "./dom.js";

const FIGURE = /^[\s\d.,%×x€$+\-–−~≈]+(Tsd\.|Mio\.|k|K|M)?[\s€$]*$/;
const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet would reckon with it
const BYTE_ORDER_MARK = "\uFEFF"; // without it Excel takes UTF-8 for something else
const SAVE = "M10 3v9m0 0-3.5-3.5M10 12l3.5-3.5M4 14.5V17h12v-2.5";

/** The table of an answer, with a button that saves it as CSV. */
export function table(content, answer, text) {
  const { columns, rows, caption } = content;
  const isFigure = columns.map((_, column) => rows.length > 0 && rows.every((row) => FIGURE.test(row[column])));
  const cell = (name, value, column, scope) => make(name, { class: isFigure[column] && "figure", scope }, value);
  const head = make("tr", {}, ...columns.map((value, column) => (
    value ? cell("th", value, column, "col") : cell("td", "", column) // a heading without words is none
  )));
  const body = rows.map((row) => make("tr", {}, ...row.map((value, column) => (
    column === 0 && !isFigure[0] && columns.length > 1 ? cell("th", value, 0, "row") : cell("td", value, column)
  ))));
  const element = make("table", { "data-testid": "answer-table" });
  if (caption) element.append(make("caption", {}, caption));
  element.append(make("thead", {}, head), make("tbody", {}, ...body));
  // focusable, so that a wide table can be scrolled by keyboard
  const region = { class: "table", tabindex: "0", role: "group", "aria-label": caption || columns.join(", ") };
  return make("div", { class: "table-block" }, make("div", region, element), saveButton(content, answer, text));
}

/** `rows` under `columns` as CSV: semicolons in German, commas in English, no cell that a spreadsheet would run. */
export function csv({ columns, rows }, language) {
  const separator = language === "de" ? ";" : ",";
  const lines = [columns, ...rows].map((row) => row.map(guarded).join(separator));
  return BYTE_ORDER_MARK + lines.map((line) => `${line}\r\n`).join("");
}

function saveButton(content, answer, text) {
  const button = make("button", { type: "button", class: "quiet", "data-testid": "answer-csv" }, icon(SAVE), text("csv"));
  button.addEventListener("click", () => {
    saveFile(`persona-bot-${answer.kind}.csv`, new Blob([csv(content, answer.language)], { type: "text/csv;charset=utf-8" }));
  });
  return make("p", { class: "table-foot" }, button);
}

function guarded(cell) {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""')}"`;
}
