// One turn of the conversation: what becomes of a message, then its answers.

import { answerElement } from "./answer.js";
import { make } from "./dom.js";

const LATE_SECONDS = 4; // after so long people wonder whether anything happens
const FOREIGN_SECONDS = 90; // another tab that has not heard by then is closed

const views = new Map();

/** The HTML of an element that shows `turn` of `talk`, now and after each change. */
export function turnHtml(turn, talk) {
  views.set(turn.id, talk);
  return `<persona-bot-turn data-id="${turn.id}"></persona-bot-turn>`; // an id holds letters, digits and hyphens only
}

/** Forgets the turns of `talk`. */
export function forgetTurns(talk) {
  for (const [id, owner] of views) if (owner === talk) views.delete(id);
}

class PersonaBotTurn extends HTMLElement {
  connectedCallback() {
    this.talk = views.get(this.dataset.id);
    this.talk?.show(this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /** Shows `turn` as it is now. */
  render(turn) {
    clearTimeout(this.timer);
    const hadFocus = this.contains(this.getRootNode().activeElement);
    this.dataset.state = turn.state;
    this.setAttribute("data-testid", "turn");
    this.replaceChildren(...(STATES[turn.state] ?? sending)(turn, this.talk, this));
    if (hadFocus) this.talk.focusInput();
  }
}

if (!customElements.get("persona-bot-turn")) customElements.define("persona-bot-turn", PersonaBotTurn);

const STATES = {
  sending,
  waiting: (turn, talk) => [dots(talk), notice(talk, navigator.onLine ? "waiting" : "waiting_offline")],
  login: (turn, talk) => [notice(talk, "waiting_login")],
  failed,
  refused: (turn, talk) => [problem(talk, turn.problem || talk.words.text("refused"))],
  answered: (turn, talk) => turn.answers.map((answer) => answerElement(answer, turn, talk)),
};

function sending(turn, talk, view) {
  const late = talk.isMine(turn) ? LATE_SECONDS : FOREIGN_SECONDS;
  view.timer = setTimeout(() => {
    if (talk.isMine(turn)) view.append(notice(talk, "late"));
    else talk.lost(turn);
  }, late * 1000);
  return [dots(talk)];
}

function failed(turn, talk) {
  const again = make("button", { type: "button", class: "main", "data-testid": "send-again" }, talk.words.text("send_again"));
  again.addEventListener("click", () => talk.send(turn));
  const element = problem(talk, turn.problem || talk.words.text("failed"));
  element.append(again);
  return [element];
}

function dots(talk) {
  const label = talk.words.text("thinking");
  return make("div", { class: "typing", role: "img", "aria-label": label, "data-testid": "typing" }, make("i"), make("i"), make("i"));
}

function notice(talk, key) {
  return make("p", { class: "note", "data-testid": "turn-note" }, talk.words.text(key));
}

function problem(talk, words) {
  return make(
    "article",
    { class: "answer", "data-kind": "error", "data-testid": "answer", lang: talk.words.language },
    make("p", { class: "text", "data-testid": "answer-text" }, words),
  );
}
