// A chart to explore: Vega is fetched when the first one is shown, and its numbers stand below as a table.

import { make } from "./dom.js";
import { table } from "./table.js";

const VENDOR = new URL("/web/vendor/vega/", import.meta.url);
const FILES = ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]; // each needs those before it
const NAMES = ["vega", "vegaLite", "vegaEmbed"];
const NARROWEST = 380; // pixels; below, bars and the numbers beside them would lie on each other
const LABEL_SHARE = 0.38; // of the width, at most, for names beside bars

// the charts' own colours (persona_store/charts.py) and what stands for them on a dark ground
const DARK = {
  "#222222": "#e6edef",
  "#FFFFFF": "#182124",
  "#E5E5E5": "#35464c",
  "#595959": "#a9b9bf",
  "#0072B2": "#56b4e9",
  "#D55E00": "#f08a3c",
  "#009E73": "#35c296",
  white: "#0b1b20",
};

let loading = null;

/** The chart of `answer` with its table folded below it; the table alone where no chart can be drawn. */
export function chart(answer, talk, text) {
  const title = answer.chart.description ?? answer.text;
  const picture = make("div", { class: "picture", role: "img", "aria-label": title, "data-testid": "answer-chart" });
  const scroller = make("div", { class: "picture-scroller", tabindex: "0", role: "region", "aria-label": text("chart") }, picture);
  const tip = make("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  const note = make("p", { class: "note", hidden: true });
  const figure = make("figure", { class: "chart" }, scroller, tip, note);
  if (answer.table) {
    const numbers = make("details", { class: "numbers" }, make("summary", {}, text("as_table")), table(answer.table, answer, text));
    figure.append(numbers);
  }
  picture.textContent = text("chart_loading");
  const draw = () => drawChart(answer.chart, picture, tip, scroller.clientWidth, talk.isDark()).catch(() => {
    picture.replaceChildren();
    note.textContent = text("chart_missing");
    note.hidden = false;
    figure.querySelector("details")?.setAttribute("open", "");
  });
  whenShown(figure, draw);
  talk.onTheme(figure, draw);
  return figure;
}

/** Draws `spec` into `picture` by the expression interpreter, so that a page may forbid eval. */
async function drawChart(spec, picture, tip, width, dark) {
  const embed = await (loading ??= load());
  picture.replaceChildren();
  await embed(picture, fitted(spec, width, dark), {
    actions: false,
    ast: true,
    defaultStyle: false,
    renderer: "svg",
    loader: NOTHING_ELSE,
    tooltip: (_handler, event, _item, value) => showTip(tip, event, value),
  });
  picture.firstElementChild?.setAttribute("aria-hidden", "true"); // the label and the table say it
}

async function load() {
  try {
    const before = NAMES.map((name) => globalThis[name]);
    for (const file of FILES) await import(new URL(file, VENDOR));
    const embed = globalThis.vegaEmbed;
    // the page around may have other versions of its own
    NAMES.forEach((name, place) => (before[place] === undefined ? delete globalThis[name] : (globalThis[name] = before[place])));
    return embed;
  } catch (problem) {
    loading = null;
    throw problem;
  }
}

const refuse = () => Promise.reject(new Error("a chart fetches nothing"));
const NOTHING_ELSE = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

function fitted(spec, width, dark) {
  const inner = Math.max(width, NARROWEST) - 4;
  const coloured = dark ? JSON.parse(JSON.stringify(spec), recoloured) : structuredClone(spec);
  delete coloured.usermeta; // Vega-Embed would take options from there
  delete coloured.title; // the label and the words above say it, and it would be cut off
  const config = coloured.config ?? {};
  const ink = dark ? DARK["#222222"] : "#18262b";
  return {
    ...coloured,
    width: inner,
    autosize: { type: "fit-x", contains: "padding" },
    padding: 2,
    background: "transparent",
    config: {
      ...config,
      font: "system-ui, sans-serif",
      axis: { ...config.axis, labelColor: ink, titleColor: ink, labelLimit: inner * LABEL_SHARE, titleFontWeight: 500 },
      legend: { ...config.legend, labelColor: ink, titleColor: ink, labelLimit: inner * LABEL_SHARE },
      mark: { ...config.mark, tooltip: { content: "data" } },
    },
  };
}

function recoloured(_key, value) {
  return typeof value === "string" ? (DARK[value] ?? value) : value;
}

function showTip(tip, event, value) {
  tip.hidden = !value;
  if (!value) return;
  const names = [value.name, value.row, value.column, value.when, value.text].filter((part) => typeof part === "string");
  tip.replaceChildren(...[...new Set(names)].map((part) => make("span", {}, part)));
  tip.hidden = names.length === 0;
  const box = tip.parentElement.getBoundingClientRect();
  const place = Math.min(event.clientX - box.left + 12, box.width - tip.offsetWidth - 4);
  tip.style.left = `${Math.max(0, place)}px`;
  tip.style.top = `${event.clientY - box.top + 16}px`;
}

function whenShown(element, act) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    act();
  });
  watcher.observe(element);
}
