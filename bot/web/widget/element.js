// The custom element <persona-bot>: login and conversation in a shadow of their own, in a corner or in their place.

import { isForbidden } from "../vendor/trusted.js";
import { icon, make, newName } from "./dom.js";
import { Gateway } from "./gateway.js";
import { loginForm } from "./login.js";
import { Memory, clear } from "./memory.js";
import { Talk } from "./talk.js";
import { Words, browserLanguages, keepLanguage } from "./words.js";

const OUTSIDE = ["colours.css", "controls.css", "widget.css"];
const INSIDE = ["controls.css", "chat.css", "answer.css"];
const TAB_KEY = "personabot-tab";
const OPEN_KEY = "personabot-open";
const KEPT_AFTER_EXPIRY_MINUTES = 15; // how long a conversation waits, out of sight, for its owner to log in again
const WARNING_MS = 5 * 60_000; // before the login ends: time to finish what one is at
const SOONEST_MS = 60_000; // after which is looked again, should the clocks of browser and server differ
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Attributes: `mode` "inline" (default; fills its box), "corner" (a button that opens a panel) or "page" (no header);
 * `language` "de" or "en" (default: the browser's); `theme` "light" or "dark" (default: the system's); `own-session`:
 * the page's own login is used; `token-url`: where the page hands out {token}, its signed word of who is there.
 * Events: "personabot-login", "personabot-logout" (detail: {reason}; a page that prevents the default shows its own
 * login and calls `resume()` after it), "personabot-language".
 */
export class PersonaBot extends HTMLElement {
  static observedAttributes = ["language", "theme"];

  #inside = this.attachShadow({ mode: "open", delegatesFocus: false });
  #themed = new Set();
  #dark = matchMedia("(prefers-color-scheme: dark)");

  /** Builds the widget; a second time does nothing. */
  async connectedCallback() {
    if (this.started) return;
    this.started = true;
    if (!this.hasAttribute("mode")) this.setAttribute("mode", "inline");
    this.words = new Words();
    this.gateway = new Gateway({
      ownSession: this.hasAttribute("own-session"),
      tokenUrl: this.getAttribute("token-url"),
      language: () => this.words.language,
    });
    this.tab = kept(TAB_KEY) ?? newName();
    const [outside, inside] = await Promise.all([styles(OUTSIDE), styles(INSIDE), this.#chooseLanguage()]);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(outside);
    this.#inside.adoptedStyleSheets = [sheet];
    this.styles = inside;
    this.#build();
    this.#dark.addEventListener("change", () => this.#retheme());
    document.addEventListener("visibilitychange", () => this.#lookAgain());
    if (this.getAttribute("mode") !== "corner" || kept(OPEN_KEY)) await this.open();
  }

  attributeChangedCallback(name, _before, now) {
    if (!this.built) return;
    if (name === "language" && now) this.words.speak(now);
    if (name === "theme") this.#retheme();
  }

  /** Opens the panel of the corner, and begins. */
  async open({ focus = false } = {}) {
    this.#show(true);
    if (this.getAttribute("mode") === "corner") keep(OPEN_KEY, "1");
    if (!this.begun) await this.#begin();
    if (focus) this.#focus();
  }

  /** Closes the panel of the corner; the conversation stays. */
  close() {
    this.#show(false);
    drop(OPEN_KEY);
    this.button.focus();
  }

  /** Goes on after the page has logged its person in. */
  async resume() {
    await this.#begin();
  }

  /** Begins another conversation. */
  async newTalk() {
    this.memory?.renew();
    await this.#startTalk();
    this.talk.focusInput();
  }

  /** Ends the login and leaves nothing behind. */
  async logout() {
    await this.gateway.logOut();
    this.forget();
    if (this.#tell("personabot-logout", { reason: "logout" })) this.#showLogin();
  }

  /** Leaves nothing of the conversation behind; for pages that end the login by themselves. */
  forget() {
    this.#watchLogin(null);
    this.#endTalk();
    this.memory?.forget();
    this.memory = null;
    clear();
    drop(TAB_KEY);
    drop(OPEN_KEY);
    this.person = null;
    this.announce("");
  }

  /** The login has ended: its message waits until the person is back. */
  loggedOut() {
    this.#watchLogin(null);
    this.gateway.forget();
    this.waitingFor = this.person?.name;
    clear();
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.waitingFor && this.forget(), KEPT_AFTER_EXPIRY_MINUTES * 60_000);
    if (this.gateway.tokenUrl) return void this.#begin();
    if (this.#tell("personabot-logout", { reason: "expired" })) this.#showLogin(this.words.text("session_ended"));
  }

  /** Says `words` to screen readers. */
  announce(words) {
    this.spoken.textContent = words;
  }

  /** Whether the widget is dark now. */
  isDark() {
    const theme = this.getAttribute("theme");
    return theme === "dark" || (theme !== "light" && this.#dark.matches);
  }

  /** Calls `act` when light and dark change, as long as `element` is there. */
  onTheme(element, act) {
    this.#themed.add([element, act]);
  }

  /** Whether `tab` is this one. */
  isOwnTab(tab) {
    return tab === this.tab;
  }

  async #chooseLanguage(preferred = null) {
    await this.words.load(this.getAttribute("language"), ...browserLanguages(), preferred);
  }

  async #begin() {
    this.begun = true;
    if (isForbidden) return this.#showProblem(this.words.text("page_forbids"));
    try {
      const person = await this.gateway.whoAmI();
      if (person) await this.#enter(person);
      else this.#showLogin();
    } catch (refusal) {
      this.#showProblem(refusal.message || this.words.text("offline"));
    }
  }

  async #enter(person) {
    clearTimeout(this.patience);
    const comesBack = this.talk && this.waitingFor === person.name;
    if (this.memory && !comesBack) this.forget();
    this.waitingFor = null;
    keep(TAB_KEY, this.tab);
    this.person = person;
    this.#watchLogin(person.expires);
    this.#face("talk");
    this.#tell("personabot-login", { name: person.name });
    if (comesBack) {
      this.talk.resume();
      this.talk.focusInput();
      return;
    }
    this.memory = new Memory(person.name);
    this.memory.addEventListener("turn", ({ detail }) => this.talk?.hear(detail));
    this.memory.addEventListener("new", () => this.#startTalk());
    this.memory.addEventListener("logout", () => this.#leftElsewhere());
    await this.memory.join();
    await this.#startTalk();
    // on a touch screen the keyboard would cover the welcome
    if (this.getAttribute("mode") !== "inline" && matchMedia("(pointer: fine)").matches) this.talk.focusInput();
  }

  async #startTalk() {
    this.#endTalk();
    const talk = new Talk(this.place, this);
    this.talk = talk;
    await talk.start();
  }

  #endTalk() {
    this.talk?.end();
    this.talk = null;
    this.#themed.clear();
  }

  #leftElsewhere() {
    this.gateway.forget();
    this.forget();
    if (this.#tell("personabot-logout", { reason: "logout" })) this.#showLogin();
  }

  /** A login may have ended while nobody looked. */
  async #lookAgain() {
    if (document.visibilityState !== "visible" || !this.person || this.waitingFor) return;
    const person = await this.gateway.whoAmI().catch(() => this.person);
    if (person) this.#watchLogin(person.expires);
    else if (this.person) this.loggedOut();
  }

  /** Warns before the login ends at `expires`, and asks for another one then; a page that vouches does so by itself. */
  #watchLogin(expires) {
    clearTimeout(this.watch);
    const left = Date.parse(expires) - Date.now();
    this.ending.hidden = this.gateway.tokenUrl || !(left <= WARNING_MS);
    if (this.gateway.tokenUrl || !expires) return;
    if (this.ending.hidden) {
      this.watch = setTimeout(() => this.#watchLogin(expires), Math.min(left - WARNING_MS, LONGEST_TIMER_MS));
      return;
    }
    const time = new Date(expires).toLocaleTimeString(this.words.language, { timeStyle: "short" });
    this.ending.textContent = this.words.text("session_ends", { time });
    this.announce(this.ending.textContent);
    this.watch = setTimeout(() => this.#lookAgain(), Math.max(left, SOONEST_MS));
  }

  #showLogin(notice = "") {
    this.#face("login");
    const form = loginForm(this.words, async (name, password) => this.#enter(await this.gateway.logIn(name, password)), notice);
    this.login.replaceChildren(form);
    // a login may end while people are elsewhere in the page
    const wanted = notice ? document.activeElement === this : this.getAttribute("mode") !== "inline";
    if (wanted) form.elements.name.focus();
  }

  #showProblem(words) {
    this.#face("login");
    const again = this.words.bind(make("button", { type: "button", class: "main" }), "again");
    again.addEventListener("click", () => this.#begin());
    this.login.replaceChildren(make("div", { class: "login" }, make("p", { class: "notice", role: "alert" }, words), again));
  }

  #face(name) {
    this.login.hidden = name !== "login";
    if (name !== "login") this.login.replaceChildren();
    this.place.hidden = name !== "talk";
    for (const button of this.#inside.querySelectorAll("[data-for=talk]")) button.hidden = name !== "talk";
  }

  #focus() {
    const field = this.login.hidden ? null : this.login.querySelector("input, button");
    if (field) field.focus();
    else this.talk?.focusInput();
  }

  #show(opened) {
    this.panel.hidden = !opened;
    this.button?.setAttribute("aria-expanded", String(opened));
    this.toggleAttribute("open", opened);
  }

  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  #retheme() {
    for (const [element, act] of this.#themed) if (element.isConnected) act();
  }

  #speak(language) {
    this.words.speak(language);
    keepLanguage(language);
    this.#tell("personabot-language", { language });
  }

  #build() {
    const mode = this.getAttribute("mode");
    this.login = make("div", { class: "login-place", hidden: true });
    this.place = make("div", { class: "talk", "data-testid": "chat", hidden: true });
    this.spoken = make("div", { class: "unseen", role: "status", "aria-live": "polite", "data-testid": "spoken" });
    this.ending = make("p", { class: "notice ending", hidden: true, "data-testid": "session-ends" });
    const parts = [...(mode === "page" ? [] : [this.#header(mode)]), this.ending];
    this.panel = make("section", { class: "panel", "data-testid": "panel", hidden: mode === "corner" }, ...parts, this.login, this.place);
    this.words.bind(this.panel, "title", "aria-label");
    const outer = [this.panel, this.spoken];
    if (mode === "corner") {
      this.panel.setAttribute("role", "dialog");
      this.panel.id = "panel";
      this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
      outer.unshift((this.button = this.#opener()));
    }
    const root = make("div", { class: "root", lang: this.words.language }, ...outer);
    this.#inside.replaceChildren(root);
    this.words.addEventListener("change", () => {
      root.lang = this.words.language;
      this.talk?.label();
    });
    this.built = true;
  }

  #opener() {
    const button = make(
      "button",
      { type: "button", class: "opener", "aria-expanded": "false", "aria-controls": "panel", "data-testid": "opener" },
      icon("M4 4h12v9H9l-3.500 3v-3H4z"),
    );
    button.addEventListener("click", () => (this.hasAttribute("open") ? this.close() : this.open({ focus: true })));
    return this.words.bind(button, "open", "aria-label");
  }

  #header(mode) {
    const tool = (key, path, act, talkOnly = true) => {
      const button = make("button", { type: "button", class: "quiet", "data-testid": key.replace("_", "-"), "data-for": talkOnly && "talk" }, icon(path));
      button.addEventListener("click", act);
      this.words.bind(button, key, "title");
      return this.words.bind(button, key, "aria-label");
    };
    const languages = make("div", { class: "languages", role: "group" }, ...["de", "en"].map((tag) => this.#languageButton(tag)));
    const header = make(
      "header",
      {},
      make("span", { class: "mark", "aria-hidden": "true" }, icon("M4 4h12v9H9l-3.500 3v-3H4z")),
      this.words.bind(make("h1"), "title"),
      tool("new_talk", "M10 4v12M4 10h12", () => this.newTalk()),
      this.words.bind(languages, "language", "aria-label"),
      tool("logout", "M8 4H4v12h4M9 10h8m-3-3 3 3-3 3", () => this.logout().catch(() => this.announce(this.words.text("offline")))),
    );
    if (mode === "corner") header.append(tool("close", "m5 5 10 10M15 5 5 15", () => this.close(), false));
    return header;
  }

  #languageButton(tag) {
    const name = { de: "Deutsch", en: "English" }[tag];
    const button = make("button", { type: "button", lang: tag, "aria-label": `${tag.toUpperCase()}, ${name}`, "data-testid": `language-${tag}` }, tag.toUpperCase());
    const mark = () => button.setAttribute("aria-pressed", String(this.words.language === tag));
    button.addEventListener("click", () => this.#speak(tag));
    this.words.addEventListener("change", mark);
    mark();
    return button;
  }
}

async function styles(names) {
  const texts = names.map(async (name) => (await fetch(new URL(name, import.meta.url))).text());
  return (await Promise.all(texts)).join("\n");
}

function kept(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // a page may be denied its storage
  }
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // it holds for this page only, then
  }
}

function drop(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}
