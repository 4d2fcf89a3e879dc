// The builds, newest first: their personas, and on demand what changed since the build before.

import { call } from "./api.js";
import { count, date, moment, percent } from "./formats.js";
import { notice, table } from "./parts.js";
import { text } from "./texts.js";
import { make } from "./widget/dom.js";

/** The builds; `home` is the administration around them. */
export class Builds {
  #home;

  constructor(home) {
    this.#home = home;
  }

  /** The parts that show them; throws Refusal. */
  async show() {
    const { builds } = await call("GET", "/api/admin/builds");
    if (!builds.length) return [make("p", { "data-testid": "empty" }, text("start.no_build"))];
    return builds.map((build, place) => this.#build(build, place === 0));
  }

  #build(build, open) {
    const data = build.data_on ? date(build.data_on) : text("admin.date_unknown");
    const facts = [moment(build.built_at), text("start.n", { n: count(build.contacts) }), text("admin.data_of", { day: data })];
    if (build.moved !== null) facts.push(text("admin.moved", { share: percent(build.moved, 1) }));
    const summary = make("summary", {}, make("b", {}, text("admin.build", { number: build.number })), make("span", { class: "fine" }, facts.join(" · ")));
    const details = make("details", { class: "sheet", open, "data-testid": "build" }, summary);
    if (build.personas.length) details.append(personas(build));
    else details.append(make("p", {}, text("start.no_structure", { n: count(build.contacts) })));
    if (build.previous !== null) details.append(this.#changes(build));
    return details;
  }

  #changes(build) {
    const place = make("div", { class: "changes", "data-testid": "changes" });
    const button = make("button", { type: "button", class: "second", "data-testid": "compare" }, text("admin.compare", { number: build.previous }));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        place.replaceChildren(...answer(await call("GET", `/api/admin/builds/${build.number}/changes`)));
        place.tabIndex = -1;
        place.focus();
        button.hidden = true;
      } catch (refusal) {
        if (!this.#home.lost(refusal)) place.replaceChildren(notice(refusal.message || text("offline")));
      } finally {
        button.disabled = false;
      }
    });
    return make("div", {}, button, place);
  }
}

function personas(build) {
  const columns = ["number", "persona", "share", "contacts"].map((key) => text(`admin.column.${key}`));
  const rows = build.personas.map((one) => [String(one.number), one.name, percent(one.share), count(one.n)]);
  return table(text("admin.personas_of", { number: build.number }), columns, rows);
}

function* answer({ text: said, reasons = [], table: found, evidence = [] }) {
  yield make("p", { class: "lead" }, said);
  if (found) yield table(found.caption || said, found.columns, found.rows);
  if (reasons.length) yield make("ul", {}, ...reasons.map((line) => make("li", {}, line)));
  for (const line of evidence) yield make("p", { class: "fine" }, line);
}
