// A chart to explore: Vega is fetched when the first one is shown, and its numbers stand below as a table.

import { make } from "./dom.js";
import { table } from "./table.js";

const VENDOR = new URL("/web/vendor/vega/", import.meta.url);
const FILES = ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]; // each needs those before it
const NAMES = ["vega", "vegaLite", "vegaEmbed"];
const NARROWEST = 320; // pixels; below, a chart scrolls sideways
const WIDE = 560; // from here on there is room for names beside bars
const LABEL_SHARE = 0.38; // of the width, at most, for names beside bars
const PIXELS_PER_TICK = 90; // of an axis with numbers
const AXIS_HEIGHT = 50;
const TALLER = 1.75; // rows whose names stand above the bars
const NAME_OFFSET = 16; // pixels above the middle of the bar
const LETTER = 6.5; // pixels of a letter of the charts' size of 11, rather too wide
const LEAST_BAR_SHARE = 0.3; // of the width, for the longest bar; below, names go above the bars
const FORMATS = {
  de: { decimal: ",", thousands: ".", grouping: [3], currency: ["", "\u00a0€"], percent: "\u00a0%" },
  en: { decimal: ".", thousands: ",", grouping: [3], currency: ["€", ""], percent: "%" },
};

// the charts' own colours (persona_store/charts.py) and what stands for them on a dark ground
const DARK = {
  "#222222": "#e6edef",
  "#FFFFFF": "#182124",
  "#E5E5E5": "#35464c",
  "#595959": "#a9b9bf",
  "#0072B2": "#56b4e9",
  "#D55E00": "#f08a3c",
  "#009E73": "#35c296",
  "#56B4E9": "#005a8e",
};

let loading = null;

/** The chart of `answer` with its table folded below it; the table alone where no chart can be drawn. */
export function chart(answer, talk, text) {
  const title = answer.chart.description ?? answer.text;
  const picture = make("div", { class: "picture", role: "img", "aria-label": title, "data-testid": "answer-chart" });
  const scroller = make("div", { class: "picture-scroller", tabindex: "0", role: "group", "aria-label": text("chart") }, picture);
  const tip = make("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  const note = make("p", { class: "note", hidden: true });
  const caption = answer.chart.description ? make("figcaption", {}, answer.chart.description) : null;
  const figure = make("figure", { class: "chart" }, caption, scroller, tip, note);
  if (answer.table) {
    const numbers = make("details", { class: "numbers" }, make("summary", {}, text("as_table")), table(answer.table, answer, text));
    figure.append(numbers);
  }
  picture.textContent = text("chart_loading");
  picture.style.minHeight = `${(answer.chart.height ?? 0) + AXIS_HEIGHT}px`; // so that little moves when it comes
  const draw = () => drawChart(answer.chart, answer.language, picture, tip, scroller.clientWidth, talk.isDark()).catch(() => {
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
async function drawChart(spec, language, picture, tip, width, dark) {
  const embed = await (loading ??= load());
  picture.replaceChildren();
  await embed(picture, fitted(spec, width, dark), {
    actions: false,
    ast: true,
    defaultStyle: false,
    renderer: "svg",
    loader: NOTHING_ELSE,
    formatLocale: FORMATS[language],
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

/** `spec` in the width there is, in the widget's own ink. */
function fitted(spec, width, dark) {
  const { usermeta, title, background, data, datasets, config, ...drawn } = spec; // Vega-Embed would take options from usermeta
  const coloured = JSON.parse(JSON.stringify(drawn), dark ? recoloured : undefined);
  const byName = coloured.layer?.some((layer) => layer.encoding?.y?.type === "nominal");
  const rows = byName ? (data?.values ?? datasets?.[data?.name] ?? []) : [];
  const texts = longest(rows, "text");
  const inner = Math.max(width, byName ? NARROWEST : WIDE, texts / (1 - LEAST_BAR_SHARE)) - 4;
  const names = Math.min(longest(rows, "name"), inner * LABEL_SHARE);
  const above = byName && (width < WIDE || texts > (inner - names) * (1 - LEAST_BAR_SHARE));
  if (above) namesAbove(coloured, inner);
  writeInside(coloured, rows, above ? inner : inner - names);
  const ink = dark ? DARK["#222222"] : "#18262b";
  const words = { labelColor: ink, titleColor: ink, labelLimit: inner * LABEL_SHARE };
  const ticks = { tickCount: Math.round(inner / PIXELS_PER_TICK) };
  return {
    ...coloured,
    data,
    datasets,
    width: inner,
    autosize: { type: "fit-x", contains: "padding" },
    padding: 2,
    background: "transparent",
    config: {
      ...config,
      font: "system-ui, sans-serif",
      axis: { ...config?.axis, ...words, titleFontWeight: 500, gridColor: dark ? "#35464c" : "#E5E5E5", tickColor: "transparent" },
      axisQuantitative: ticks,
      legend: words,
      text: { color: ink },
      tick: { color: ink },
      mark: { tooltip: { content: "data" } },
    },
  };
}

/** How wide the longest of these words are, in pixels. */
function longest(rows, field) {
  return Math.max(0, ...rows.map((row) => (String(row[field] ?? "").length + 1) * LETTER));
}

/** Has the axis reach so far that what is written beside the marks stays inside of `width` pixels. */
function writeInside(spec, rows, width) {
  const field = spec.layer?.find(({ mark }) => mark.type === "text" && mark.align === "left")?.encoding?.x?.field;
  const ends = rows.map((row) => row[field] / (1 - longest([row], "text") / width)).filter(Number.isFinite);
  for (const { encoding } of spec.layer ?? []) {
    const domain = encoding?.x?.scale?.domain;
    if (domain) domain[1] = Math.max(domain[1], ...ends);
  }
}

function recoloured(_key, value) {
  return typeof value === "string" ? (DARK[value] ?? value) : value;
}

/** Where there is little room, the names of bars stand above them instead of beside. */
function namesAbove(spec, inner) {
  const hasBars = spec.layer.some(({ mark }) => ["bar", "rect"].includes(mark.type ?? mark));
  for (const { encoding } of spec.layer) {
    if (encoding?.y?.type !== "nominal") continue;
    encoding.y.axis = {
      ...encoding.y.axis, labelAlign: "left", labelOffset: -NAME_OFFSET, labelPadding: 0, labelLimit: inner, ticks: false, domain: false,
    };
    if (hasBars) encoding.y.scale = { paddingInner: 0.55, paddingOuter: 0.5 };
  }
  spec.height *= TALLER;
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
