// One conversation in the deep-chat component: what is typed or pressed goes out, answers come back.

import { choiceButtons, spokenAnswer } from "./answer.js";
import { make, newName, saveFile } from "./dom.js";
import { Outbox } from "./outbox.js";
import { forgetTurns, turnHtml } from "./turn.js";

const EXAMPLES = ["example_personas", "example_approach", "example_match", "example_help"];
const ARROW =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2" ' +
  'stroke-linecap="round" stroke-linejoin="round"><path d="M10 16V4M5 9l5-5 5 5"/></svg>';
const RATINGS = { praise: "thumbs up", blame: "thumbs down" };

// What people type is shown as they typed it: deep-chat's Markdown knows nothing but paragraphs and lines here.
const AS_TYPED = {
  plugin(markdown) {
    markdown.core.ruler.enable(["block", "inline"], true);
    markdown.block.ruler.enable(["paragraph"], true);
    markdown.inline.ruler.enable(["text", "newline"], true);
  },
};

/** A conversation in `place`; `home` is the widget around it: {words, gateway, memory, styles, announce, isDark}. */
export class Talk {
  #views = new Map();
  #next = null;

  constructor(place, home) {
    this.place = place;
    this.home = home;
    this.words = home.words;
    this.outbox = new Outbox({
      ask: (turn) => home.gateway.ask(turn.send, home.memory.talk.conversation, turn.id),
      changed: (turn) => this.#changed(turn),
      loggedOut: () => home.loggedOut(),
    });
  }

  /** Shows the conversation as it is remembered and sends what the page had not finished sending. */
  async start() {
    if (!customElements.get("deep-chat")) {
      window.remarkable_plugins = [AS_TYPED];
      await import(new URL("/web/vendor/deep-chat/deepChat.bundle.js", import.meta.url));
    }
    const { turns } = this.home.memory.talk;
    const unsent = turns.filter((turn) => turn.state !== "answered" && turn.state !== "refused" && turn.state !== "failed");
    this.chat = this.#newChat(turns);
    await new Promise((rendered) => {
      // deep-chat draws itself a little later, and sometimes more than once
      this.drawn = new MutationObserver(() => this.#isBare() || rendered());
      this.drawn.observe(this.chat.shadowRoot, { childList: true, subtree: true });
      this.place.replaceChildren(this.chat);
    });
    this.#settle();
    for (const turn of unsent) if (this.home.isOwnTab(turn.tab)) this.send(turn);
  }

  /** Says `send`; people read `label`. */
  say(label, send = label) {
    this.#next = { label, send };
    this.chat.submitUserMessage({ text: label });
  }

  /** Sends `turn`, new or once more, under its own name. */
  send(turn) {
    turn.tab = this.home.tab;
    this.outbox.add(turn);
  }

  /** Goes on sending after a login. */
  resume() {
    this.outbox.resume();
  }

  /** Ends the conversation in this place. */
  end() {
    this.outbox.close();
    this.drawn?.disconnect();
    forgetTurns(this);
    this.place.replaceChildren();
  }

  /** Takes in a turn that another tab has said or heard. */
  hear(turn) {
    const view = this.#views.get(turn.id);
    if (view) return this.show(view, turn);
    this.chat.addMessage({ role: "user", text: turn.label });
    this.chat.addMessage({ role: "ai", html: turnHtml(turn, this) });
  }

  /** Shows the turn of `view` (see turn.js). */
  show(view, turn = this.#turn(view.dataset.id)) {
    if (!turn) return;
    this.#views.set(turn.id, view);
    view.render(turn);
    this.#settle();
  }

  /** Whether this tab sends `turn`. */
  isMine(turn) {
    return this.home.isOwnTab(turn.tab);
  }

  /** The tab that sent `turn` is gone. */
  lost(turn) {
    turn.state = "failed";
    this.#changed(turn);
  }

  /** Tells the assistant whether an answer helped; returns its thanks, or null when it could not be told. */
  async rate(turn, rating) {
    const payload = `/give_feedback${JSON.stringify({ rating: RATINGS[rating] })}`;
    try {
      const [answer] = await this.home.gateway.ask(payload, this.home.memory.talk.conversation, newName());
      if (answer.kind === "error") return null;
      this.home.memory.keep({ ...turn, rating });
      return answer.text;
    } catch {
      return null;
    }
  }

  /** The address of an offered file, or null. */
  fileAddress(link) {
    return this.home.gateway.fileAddress(link, this.home.memory.talk.conversation);
  }

  /** Fetches a file by token where no cookie goes along. */
  async fetchFile(event, address, name, line) {
    if (this.home.gateway.ownSession) return;
    event.preventDefault();
    line.querySelector(".note")?.remove();
    try {
      saveFile(name, await this.home.gateway.file(address));
    } catch (refusal) {
      line.append(make("span", { class: "note" }, refusal.message || this.words.text("offline")));
    }
  }

  /** Says `words` to screen readers. */
  announce(words) {
    this.home.announce(words);
  }

  /** Whether the widget is dark. */
  isDark() {
    return this.home.isDark();
  }

  /** Calls `act` when the widget turns light or dark, as long as `element` is shown. */
  onTheme(element, act) {
    this.home.onTheme(element, act);
  }

  /** Puts the cursor into the input. */
  focusInput() {
    this.chat?.shadowRoot.getElementById("text-input")?.focus();
  }

  /** Puts labels of the language in use on the parts of the chat that have no visible words. */
  label() {
    const inside = this.chat.shadowRoot;
    const input = inside.getElementById("text-input");
    const button = inside.querySelector(".input-button");
    input.setAttribute("deep-chat-placeholder-text", this.words.text("placeholder"));
    input.setAttribute("role", "textbox");
    input.setAttribute("aria-label", this.words.text("placeholder"));
    input.setAttribute("aria-multiline", "true");
    input.dataset.testid = "chat-input";
    button.setAttribute("aria-label", this.words.text("send"));
    button.dataset.testid = "chat-send";
    const messages = inside.getElementById("messages");
    messages.setAttribute("role", "log");
    messages.setAttribute("aria-live", "off"); // the widget's live region speaks instead, once and in order
    messages.setAttribute("aria-label", this.words.text("chat"));
    messages.setAttribute("tabindex", "0"); // to be scrolled by keyboard
    inside.querySelector("persona-bot-welcome")?.replaceChildren(...this.#welcome());
    for (const view of inside.querySelectorAll("persona-bot-turn")) this.show(view);
  }

  /** Labels what deep-chat has drawn anew; returns whether there is nothing to label yet. */
  #isBare() {
    const inside = this.chat.shadowRoot;
    const input = inside.getElementById("text-input");
    const welcome = inside.querySelector("persona-bot-welcome");
    if (!input || !welcome || !inside.querySelector(".input-button")) return true;
    if (!input.dataset.testid || !welcome.firstChild) this.label();
    return false;
  }

  #newChat(turns) {
    const chat = document.createElement("deep-chat");
    // deep-chat would fetch a font from elsewhere if it were not told one
    Object.assign(chat.style, {
      display: "block",
      width: "100%",
      height: "100%",
      border: "0",
      backgroundColor: "transparent",
      fontFamily: "inherit",
      fontSize: "1em",
      colorScheme: "inherit",
    });
    chat.auxiliaryStyle = this.home.styles;
    chat.connect = { handler: (body, signals) => this.#said(body, signals) };
    chat.displayLoadingBubble = false;
    chat.introMessage = { html: '<persona-bot-welcome data-testid="welcome"></persona-bot-welcome>' };
    chat.textInput = { placeholder: { text: this.words.text("placeholder") } };
    chat.submitButtonStyles = { position: "inside-end", submit: { svg: { content: ARROW } }, loading: { svg: { content: ARROW } } };
    chat.history = turns.flatMap((turn) => [
      { role: "user", text: turn.label },
      { role: "ai", html: turnHtml(turn, this) },
    ]);
    return chat;
  }

  async #said(body, signals) {
    const said = this.#next ?? { label: body.messages.at(-1).text, send: body.messages.at(-1).text };
    this.#next = null;
    this.#retireCommands();
    const turn = { id: newName(), ...said, state: "sending", at: Date.now(), tab: this.home.tab };
    this.home.memory.keep(turn);
    await signals.onResponse({ html: turnHtml(turn, this), role: "ai" });
    this.send(turn);
  }

  #changed(turn) {
    this.home.memory.keep(turn);
    const view = this.#views.get(turn.id);
    if (view) this.show(view, turn);
    if (turn.state === "sending") this.announce(this.words.text("thinking"));
    if (turn.state === "waiting") this.announce(this.words.text(navigator.onLine ? "waiting" : "waiting_offline"));
    if (turn.state === "failed") this.announce(turn.problem || this.words.text("failed"));
    if (turn.state === "refused") this.announce(turn.problem);
    if (turn.state === "answered") this.announce(turn.answers.map(spokenAnswer).join(" "));
  }

  #turn(id) {
    return this.home.memory.talk.turns.find((turn) => turn.id === id);
  }

  /** Scrolls to the last question, and leaves thumbs to the last answer only: they speak of what was said last. */
  #settle() {
    const views = [...(this.chat?.shadowRoot?.querySelectorAll("persona-bot-turn") ?? [])];
    for (const view of views) view.toggleAttribute("data-last", view === views.at(-1));
    const question = views.at(-1)?.closest(".outer-message-container")?.previousElementSibling;
    question?.scrollIntoView({ block: "start" });
  }

  /** Buttons that pick one of several options mean the options of their answer only, so they end with it. */
  #retireCommands() {
    for (const button of this.chat.shadowRoot.querySelectorAll('[data-testid="choice"][data-send^="/"]')) {
      button.disabled = true;
    }
  }

  #welcome() {
    const examples = EXAMPLES.map((key) => ({ label: this.words.text(key), send: this.words.text(key) }));
    return [
      make("h2", {}, this.words.text("greeting")),
      make("p", {}, this.words.text("greeting_text")),
      make("p", { class: "part-title" }, this.words.text("try_this")),
      choiceButtons(examples, this, this.words.text("try_this")),
    ];
  }
}
