// Administration: users and invitations, links, the audit trail, builds. One place each, named after "#admin/".

import { Builds } from "./builds.js";
import { call } from "./api.js";
import { moment } from "./formats.js";
import { NOTHING, choice, confirmed, copyButton, notice, table, trouble } from "./parts.js";
import { currentLanguage, text } from "./texts.js";
import { make } from "./widget/dom.js";

const ROLES = ["sales", "marketing", "trainer", "admin"];
const HOURS = [24, 72, 168];

/** The administration in `place`; `act` as for the overview. */
export class Admin {
  #place;
  #act;
  #run = 0;
  #rooms = { users: () => this.#users(), links: () => this.#links(), audit: () => this.#audit(), builds: () => new Builds(this).show() };

  constructor(place, act) {
    this.#place = place;
    this.#act = act;
  }

  /** Shows the room `name`. */
  async show(name) {
    const room = name in this.#rooms ? name : "users";
    const run = ++this.#run;
    const content = make("div", { class: "room", "data-testid": `room-${room}` });
    this.#place.replaceChildren(make("h2", {}, text("admin.title")), this.#tabs(room), content);
    try {
      const parts = await this.#rooms[room]();
      if (run === this.#run) content.replaceChildren(...parts);
    } catch (refusal) {
      if (run === this.#run && !this.#act.lost(refusal)) content.replaceChildren(trouble(refusal, () => this.show(room)));
    }
  }

  /** Leaves nothing behind. */
  clear() {
    this.#run += 1;
    this.#place.replaceChildren();
  }

  /** Does `send`, says `done` to screen readers, and shows the room `name` anew; a refusal is shown in `place`. */
  async change(send, place, done, name) {
    try {
      await send();
    } catch (refusal) {
      if (!this.#act.lost(refusal)) place.replaceChildren(notice(refusal.message || text("offline")));
      return;
    }
    this.#act.said(done);
    await this.show(name);
    this.#place.focus();
  }

  /** Whether `refusal` ended the login, which then is shown. */
  lost(refusal) {
    return this.#act.lost(refusal);
  }

  #tabs(room) {
    const links = Object.keys(this.#rooms).map((name) =>
      make("a", { href: `#admin/${name}`, "aria-current": name === room ? "page" : null, "data-testid": `tab-${name}` }, text(`admin.${name}`)),
    );
    return make("nav", { class: "tabs", "aria-label": text("admin.title") }, ...links);
  }

  async #users() {
    const [{ users }, { invitations }] = await Promise.all([call("GET", "/api/admin/users"), call("GET", "/api/admin/invitations")]);
    const problem = make("div", { class: "problem" });
    const columns = ["name", "rights", "last_login", "links_count", "actions"].map((key) => text(`admin.column.${key}`));
    const rows = users.map((user) => [
      userName(user),
      this.#rights(user, problem),
      user.last_login ? moment(user.last_login) : text("admin.never"),
      String(user.links),
      this.#userActions(user, problem),
    ]);
    return [problem, table(text("admin.users"), columns, rows), this.#invite(), ...this.#invitations(invitations, problem)];
  }

  #rights(user, problem) {
    const label = text("admin.rights_of", { name: user.name });
    const [, field] = choice(label, roles(), user.rights, { "aria-label": label, "data-testid": "rights" });
    const save = button("save", "second", "save-rights");
    save.hidden = true;
    // by keyboard a select changes with every arrow: nothing is stored before it is said
    field.addEventListener("change", () => (save.hidden = field.value === user.rights));
    save.addEventListener("click", () => {
      const done = text("admin.rights_changed", { name: user.name, rights: text(`admin.role.${field.value}`) });
      this.change(() => call("POST", "/api/admin/users/rights", { name: user.name, rights: field.value }), problem, done, "users");
    });
    return [make("span", { class: "row" }, field, save)];
  }

  #userActions(user, problem) {
    const remove = button("remove", "second", "remove");
    remove.setAttribute("aria-label", text("admin.remove_name", { name: user.name }));
    remove.addEventListener("click", async () => {
      const question = text("admin.remove_question", { name: user.name });
      if (!(await confirmed(question, text("admin.remove_details"), text("admin.remove")))) return;
      const done = text("admin.removed", { name: user.name });
      this.change(() => call("POST", "/api/admin/users/remove", { name: user.name }), problem, done, "users");
    });
    if (!user.locked_until) return [make("span", { class: "row" }, remove)];
    const unlock = button("unlock", "second", "unlock");
    unlock.setAttribute("aria-label", text("admin.unlock_name", { name: user.name }));
    unlock.addEventListener("click", () => {
      const done = text("admin.unlocked", { name: user.name });
      this.change(() => call("POST", "/api/admin/users/unlock", { name: user.name }), problem, done, "users");
    });
    return [make("span", { class: "row" }, unlock, remove)];
  }

  #invite() {
    const [rightsLabel, rights] = choice(text("admin.rights"), roles(), "sales", { name: "rights", "data-testid": "invite-rights" });
    const [hoursLabel, hours] = choice(text("admin.valid"), HOURS.map((each) => [String(each), text(`admin.hours_${each}`)]), "72", { name: "hours" });
    const name = make("input", { name: "name", maxlength: 100, autocomplete: "off", autocapitalize: "none", spellcheck: "false", "data-testid": "invite-name" });
    const nameLabel = make("label", {}, make("span", {}, text("admin.invite_name")), name);
    const made = make("div", { class: "made" });
    const submit = make("button", { type: "submit", class: "main", "data-testid": "invite" }, text("admin.invite"));
    const form = make("form", { class: "line", novalidate: true }, nameLabel, rightsLabel, hoursLabel, submit);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        const wanted = { rights: rights.value, hours: Number(hours.value), ...(name.value.trim() && { name: name.value.trim() }) };
        const { token } = await call("POST", "/api/invitations", wanted);
        made.replaceChildren(...this.#invitationLink(token));
        this.#act.said(text("admin.invited"));
      } catch (refusal) {
        if (!this.#act.lost(refusal)) made.replaceChildren(notice(refusal.message || text("offline")));
      } finally {
        submit.disabled = false;
      }
    });
    return make("section", { class: "sheet" }, make("h3", {}, text("admin.invite_title")), make("p", {}, text("admin.invite_text")), form, made);
  }

  #invitationLink(token) {
    const link = `${location.origin}/#invitation=${encodeURIComponent(token)}`;
    const field = make("input", { readonly: true, value: link, "aria-label": text("admin.invitation_link"), "data-testid": "invitation-link" });
    field.addEventListener("focus", () => field.select());
    return [make("p", {}, text("admin.invited")), make("span", { class: "row" }, field, copyButton(link, this.#act.said))];
  }

  #invitations(open, problem) {
    if (!open.length) return [];
    const columns = ["name", "rights", "invited_by", "expires", "actions"].map((key) => text(`admin.column.${key}`));
    const rows = open.map((one) => {
      const withdraw = button("withdraw", "second", "withdraw");
      withdraw.addEventListener("click", () =>
        this.change(() => call("POST", "/api/admin/invitations/withdraw", { id: one.id }), problem, text("admin.withdrawn"), "users"),
      );
      return [one.name ?? text("admin.anybody"), text(`admin.role.${one.rights}`), one.invited_by, moment(one.expires_at), withdraw];
    });
    return [make("h3", {}, text("admin.open_invitations")), table(text("admin.open_invitations"), columns, rows)];
  }

  async #links() {
    const { links } = await call("GET", "/api/admin/links");
    if (!links.length) return [make("p", { "data-testid": "empty" }, text("admin.no_links"))];
    const problem = make("div", { class: "problem" });
    const columns = ["user", "channel", "account", "since", "actions"].map((key) => text(`admin.column.${key}`));
    const rows = links.map((link) => {
      const end = button("end_link", "second", "end-link");
      end.addEventListener("click", async () => {
        const question = text("admin.end_question", { name: link.user });
        if (!(await confirmed(question, text("admin.end_details"), text("admin.end_link")))) return;
        const wanted = { channel: link.channel, account: link.account };
        this.change(() => call("POST", "/api/admin/links/end", wanted), problem, text("admin.link_ended"), "links");
      });
      return [link.user, text(`admin.channel.${link.channel}`, {}, link.channel), link.account, moment(link.linked_at), end];
    });
    return [problem, table(text("admin.links"), columns, rows)];
  }

  async #audit(filters = {}) {
    const first = await trail(filters);
    const list = make("div", { class: "trail" }, ...entries(first.entries));
    const more = button("older", "second", "older");
    let { before } = first;
    more.hidden = before === null;
    more.addEventListener("click", async () => {
      more.disabled = true;
      try {
        const next = await trail({ ...filters, before });
        const rows = entryTable(next.entries).querySelectorAll("tbody tr");
        list.querySelector("tbody").append(...rows);
        rows[0]?.querySelector("th")?.scrollIntoView({ block: "nearest" });
        ({ before } = next);
        more.hidden = before === null;
      } catch (refusal) {
        if (!this.#act.lost(refusal)) more.before(notice(refusal.message || text("offline")));
      } finally {
        more.disabled = false;
      }
    });
    return [this.#filters(first, filters), list, more];
  }

  #filters({ users, actions }, chosen) {
    const all = ["", text("admin.all")];
    const [user, userField] = choice(text("admin.column.user"), [all, ...users.map((name) => [name, name])], chosen.user ?? "", { "data-testid": "filter-user" });
    const [action, actionField] = choice(text("admin.column.action"), [all, ...actions.map((name) => [name, actionName(name)])], chosen.action ?? "", { "data-testid": "filter-action" });
    const [since, sinceField] = day("since", chosen.from);
    const [until, untilField] = day("until", chosen.to);
    const submit = make("button", { type: "submit", class: "second", "data-testid": "filter" }, text("admin.filter"));
    const form = make("form", { class: "line", novalidate: true }, user, action, since, until, submit);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = { user: userField.value, action: actionField.value, from: sinceField.value, to: untilField.value };
      const room = form.parentElement;
      try {
        room.replaceChildren(...(await this.#audit(wanted)));
        room.querySelector("[data-testid=filter]").focus();
        this.#act.said(text("admin.filtered", { n: room.querySelectorAll("tbody tr").length }));
      } catch (refusal) {
        if (!this.#act.lost(refusal)) room.append(notice(refusal.message || text("offline")));
      }
    });
    return form;
  }
}

function userName(user) {
  const marks = [];
  if (user.yourself) marks.push(make("span", { class: "mark" }, text("admin.yourself")));
  if (user.locked_until) marks.push(make("span", { class: "mark warn" }, text("admin.locked", { until: moment(user.locked_until) })));
  if (user.elsewhere) marks.push(make("span", { class: "mark" }, text("admin.elsewhere")));
  return [make("span", { class: "who" }, user.name), ...marks];
}

function roles() {
  return ROLES.map((role) => [role, text(`admin.role.${role}`)]);
}

function button(key, style, testId) {
  return make("button", { type: "button", class: style, "data-testid": testId }, text(`admin.${key}`));
}

function day(key, chosen = "") {
  const field = make("input", { type: "date", value: chosen || null, lang: currentLanguage(), "data-testid": `filter-${key}` });
  return [make("label", {}, make("span", {}, text(`admin.${key}`)), field), field];
}

function trail({ user, action, from, to, before }) {
  const query = new URLSearchParams();
  if (user) query.set("user", user);
  if (action) query.set("action", action);
  if (from) query.set("since", new Date(`${from}T00:00`).toISOString());
  if (to) query.set("until", dayAfter(to).toISOString());
  if (before) query.set("before", before);
  return call("GET", `/api/admin/audit?${query}`);
}

function dayAfter(day) {
  const end = new Date(`${day}T00:00`);
  end.setDate(end.getDate() + 1); // the last day counts, also where it has 23 or 25 hours
  return end;
}

function entries(found) {
  return [found.length ? entryTable(found) : make("p", { "data-testid": "empty" }, text("admin.no_entries"))];
}

function entryTable(found) {
  const columns = ["at", "user", "action", "contact", "detail"].map((key) => text(`admin.column.${key}`));
  const rows = found.map((one) => [moment(one.at), one.user, actionName(one.action), one.contact === null ? NOTHING : `#${one.contact}`, one.detail ?? NOTHING]);
  return table(text("admin.audit"), columns, rows);
}

/** What an action is called; an unknown one by its own name. */
function actionName(action) {
  return text(`admin.action.${action}`, {}, action);
}
