// A person's own place: who they are here, and the Telegram account that speaks for them.

import { call } from "./api.js";
import { date } from "./formats.js";
import { copyButton, notice, trouble } from "./parts.js";
import { text } from "./texts.js";
import { make } from "./widget/dom.js";

/** The account of the person in `place`; `act` as for the overview. */
export class Account {
  #place;
  #act;
  #run = 0;

  constructor(place, act) {
    this.#place = place;
    this.#act = act;
  }

  /** Shows name, rights and links. */
  async show() {
    const run = ++this.#run;
    let found;
    try {
      found = await call("GET", "/api/links");
    } catch (refusal) {
      if (run === this.#run && !this.#act.lost(refusal)) this.#place.replaceChildren(heading(), trouble(refusal, () => this.show()));
      return;
    }
    if (run !== this.#run) return;
    const { name, rights } = this.#act.person();
    const who = make(
      "dl",
      { class: "facts" },
      make("dt", {}, text("name")),
      make("dd", {}, name),
      make("dt", {}, text("admin.rights")),
      make("dd", {}, text(`admin.role.${rights}`)),
    );
    this.#place.replaceChildren(heading(), make("section", { class: "sheet" }, who), this.#telegram(found));
  }

  /** Leaves nothing behind. */
  clear() {
    this.#run += 1;
    this.#place.replaceChildren();
  }

  #telegram({ telegram, links }) {
    const section = make("section", { class: "sheet", "data-testid": "telegram" }, make("h3", {}, text("start.telegram")));
    if (links.length) {
      section.append(make("ul", { class: "links" }, ...links.map((link) => this.#link(link))));
    } else {
      section.append(make("p", {}, text(telegram ? "start.telegram_text" : "start.telegram_off")));
    }
    if (!telegram) return section;
    const place = make("div", { class: "code-place" });
    const button = make("button", { type: "button", class: "main", "data-testid": "connect" }, text("start.connect"));
    button.addEventListener("click", () => this.#connect(place, button));
    section.append(button, place);
    return section;
  }

  #link(link) {
    const words = text("start.linked", { account: link.account, date: date(link.linked_at) });
    const button = make("button", { type: "button", class: "second", "data-testid": "end-link" }, text("start.end_link"));
    button.addEventListener("click", async () => {
      try {
        await call("POST", "/api/links/end", { channel: link.channel, account: link.account });
        this.#act.said(text("start.link_ended"));
      } catch (refusal) {
        if (this.#act.lost(refusal)) return;
        this.#act.said(refusal.message || text("offline"));
      }
      await this.show();
      this.#place.focus();
    });
    return make("li", {}, make("span", {}, words), button);
  }

  async #connect(place, button) {
    button.disabled = true;
    try {
      const { code, minutes } = await call("POST", "/api/links/code");
      const command = `/start ${code}`;
      const steps = ["start.step_open", "start.step_send", "start.step_done"].map((key) => make("li", {}, text(key)));
      steps[1].append(make("span", { class: "code" }, make("code", { "data-testid": "code" }, command), copyButton(command, this.#act.said)));
      place.replaceChildren(make("ol", { class: "steps" }, ...steps), make("p", { class: "fine" }, text("start.code_valid", { minutes })));
      this.#act.said(text("start.code_there"));
    } catch (refusal) {
      if (!this.#act.lost(refusal)) place.replaceChildren(notice(refusal.message || text("offline")));
    } finally {
      button.disabled = false;
    }
  }
}

function heading() {
  return make("h2", {}, text("start.account"));
}
