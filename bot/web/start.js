// The state at a glance beside the conversation: personas, whether a rebuild is due, data and build, the report.

import { call } from "./api.js";
import { ago, count, date, decimal, passed, percent } from "./formats.js";
import { currentLanguage, text } from "./texts.js";
import { icon, make } from "./widget/dom.js";

const ASK_AGAIN_MS = [1500, 3000, 6000, 12000, 24000]; // while the quality of the data is being looked at
const STALE_MS = 5 * 60_000; // whoever comes back later sees the state of now
const ARROWS = { up: "M10 16V4m-5 5 5-5 5 5", down: "M10 4v12m-5-5 5 5 5-5" };
const DOCUMENT = "M5 3h7l3 3v11H5zM8 9h4.500M8 12.500h4.500";

/** The overview in `place`; `act` is {ask(words), person(), lost(refusal)}: what the page does about it. */
export class Overview {
  #place;
  #act;
  #run = 0;
  #shownAt = 0;

  constructor(place, act) {
    this.#place = place;
    this.#act = act;
    document.addEventListener("visibilitychange", () => {
      const stale = this.#shownAt && Date.now() - this.#shownAt > STALE_MS;
      if (document.visibilityState === "visible" && stale) this.show();
    });
  }

  /** Fetches and shows it; once more until the quality of the data is known. */
  async show() {
    const run = ++this.#run;
    if (!this.#place.childElementCount) this.#place.replaceChildren(waiting());
    for (const pause of [...ASK_AGAIN_MS, null]) {
      let found;
      try {
        found = await call("GET", "/api/overview");
      } catch (refusal) {
        if (run === this.#run && !this.#act.lost(refusal)) this.#fail(refusal);
        return;
      }
      if (run !== this.#run) return;
      this.#render(found);
      if (found.data.quality !== null || !found.data.contacts || pause === null) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (run !== this.#run) return;
    }
  }

  /** Leaves nothing behind. */
  clear() {
    this.#run += 1;
    this.#shownAt = 0;
    this.#place.replaceChildren();
  }

  #render(found) {
    const kept = this.#place.querySelector(":focus")?.dataset.persona;
    this.#shownAt = Date.now();
    const mayBuild = this.#act.person().rights === "admin";
    const parts = [top(found), rebuild(found.live, mayBuild), this.#personas(found, mayBuild), status(found)];
    this.#place.replaceChildren(...parts.filter(Boolean));
    if (kept) this.#place.querySelector(`[data-persona="${kept}"]`)?.focus();
  }

  #fail(refusal) {
    const again = make("button", { type: "button", class: "second" }, text("again"));
    again.addEventListener("click", () => this.show());
    const words = refusal.message || text("offline");
    this.#place.replaceChildren(heading(), make("p", { class: "notice", role: "alert" }, words), again);
  }

  #personas({ personas, build, data }, mayBuild) {
    const section = make("section", { class: "personas", "data-testid": "personas" });
    const markets = [...new Set(personas.map((persona) => persona.market))];
    for (const market of markets) {
      const own = personas.filter((persona) => persona.market === market);
      section.append(
        make("h3", {}, markets.length > 1 ? own[0].market_name : text("start.personas")),
        make("ul", {}, ...own.map((persona) => make("li", {}, this.#persona(persona)))),
      );
    }
    if (personas.length) section.append(make("p", { class: "fine" }, text("start.share_note")));
    else section.append(make("h3", {}, text("start.personas")), make("p", { "data-testid": "empty" }, emptyState(build, data, mayBuild)));
    if (build?.vanished.length) section.append(make("p", { class: "fine" }, text("start.vanished", { names: build.vanished.join(", ") })));
    return section;
  }

  #persona(persona) {
    const filled = make("i");
    filled.style.width = `${persona.share * 100}%`;
    const button = make(
      "button",
      { type: "button", class: "persona", "data-testid": "persona", "data-persona": persona.number },
      make("span", { class: "name" }, make("b", {}, String(persona.number)), persona.name),
      make("span", { class: "share" }, trend(persona), percent(persona.share)),
      make("span", { class: "bar", "aria-hidden": "true" }, filled),
      make("span", { class: "traits" }, persona.description),
      make("span", { class: "fine" }, facts(persona)),
    );
    button.addEventListener("click", () => this.#act.ask(text("start.ask_persona", { number: persona.number })));
    return button;
  }
}

function heading() {
  return make("h2", {}, text("start.overview"));
}

/** The state in a line, and the way to the report. */
function top({ data, build }) {
  const line = [];
  if (data.contacts) line.push(text("start.people", { n: count(data.contacts) }));
  if (data.data_on) line.push(text("start.as_of", { day: date(data.data_on) }));
  if (build) line.push(text("start.build_number", { number: build.number, when: passed(build.built_at) }));
  const parts = [heading(), build ? report() : "", make("p", { class: "fine", "data-testid": "in-short" }, line.join(" · "))];
  return make("div", { class: "top" }, ...parts);
}

function waiting() {
  return make("p", { class: "fine", role: "status" }, text("start.loading"));
}

function emptyState(build, data, mayBuild) {
  if (build) return text("start.no_structure", { n: count(build.contacts) });
  const state = data.contacts ? "no_build" : "no_data";
  return `${text(`start.${state}`)} ${text(mayBuild ? `start.${state}_admin` : "start.tell_admin")}`;
}

function facts(persona) {
  const { outcome } = persona;
  const words = [text("start.n", { n: count(persona.n) })];
  if (outcome) {
    const range = { low: percent(outcome.low), high: percent(outcome.high) };
    words.push(text("start.outcome", { rate: percent(outcome.rate), n: count(outcome.n), ...range }));
  }
  if (persona.standing === "weak") words.push(text("start.weak"));
  return words.join(" · ");
}

/** An arrow where a persona has grown or shrunk beyond chance, in words for screen readers and on hovering. */
function trend({ trend: found, share }) {
  if (!found || found.direction === "steady") return null;
  const then = found.share_then === null ? "" : percent(found.share_then);
  const words = text(`start.trend_${found.direction}`, { then, now: percent(share), build: found.build });
  const sign = found.direction === "new" ? text("start.new") : icon(ARROWS[found.direction]);
  const mark = make("span", { class: `trend ${found.direction}`, title: words, "data-testid": "trend" });
  mark.append(make("span", { "aria-hidden": "true" }, sign), make("span", { class: "unseen" }, `${words} `));
  return mark;
}

function rebuild(live, mayBuild) {
  if (!live.rebuild_due) return null;
  return make(
    "section",
    { class: "alarm", "data-testid": "rebuild" },
    make("h3", {}, text(live.alarm ? "start.drifted" : "start.rebuild_due")),
    make("ul", {}, ...live.reasons.map((reason) => make("li", {}, reason))),
    make("p", { class: "fine" }, text(mayBuild ? "start.rebuild_admin" : "start.tell_admin")),
  );
}

function status({ data, build, live }) {
  const rows = [];
  const row = (key, ...content) => rows.push(make("dt", {}, text(`start.${key}`)), make("dd", {}, ...content));
  row("contacts", text("start.contacts_value", { n: count(data.contacts), companies: count(data.companies) }));
  if (data.data_on) row("data_on", date(data.data_on));
  if (data.imported_at) row("imported", ago(data.imported_at));
  if (data.contacts) row("quality_label", data.quality ?? text("start.looking"));
  if (build) {
    row("build", text("start.build_value", { number: build.number, n: count(build.contacts), when: ago(build.built_at) }));
    row("live", live.drift === null ? text("start.no_events") : text(live.alarm ? "start.drift_alarm" : "start.drift_calm", { events: count(live.events), drift: decimal(live.drift) }));
  }
  const list = make("dl", {}, ...rows);
  return make("section", { class: "state", "data-testid": "state" }, make("h3", {}, text("start.state")), list);
}

function report() {
  const address = `/report?language=${currentLanguage()}`;
  const link = make("a", { href: address, target: "_blank", rel: "noopener", class: "second", "data-testid": "report" });
  link.append(icon(DOCUMENT), text("start.report"), make("span", { class: "unseen" }, ` ${text("start.new_tab")}`));
  return link;
}
