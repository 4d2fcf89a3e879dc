// What survives a reload and is shared by tabs: one conversation of one person, in this tab's memory only.

import { newName } from "./dom.js";

const KEY = "personabot-talk";
const CHANNEL = "personabot";
const MOST_TURNS = 40;
const MOST_LETTERS = 400_000; // a tab's storage holds some five million
const OTHER_TABS_MS = 200; // they answer in a few
const LONGEST_HOURS = 12; // as long as a login by default

/**
 * Keeps the conversation in sessionStorage, which ends with its tab; another tab gets it from those that are open.
 * Events: "turn" (detail: a turn another tab has said or heard), "new" (another tab began anew), "logout".
 */
export class Memory extends EventTarget {
  #channel = new BroadcastChannel(CHANNEL);

  constructor(owner) {
    super();
    this.owner = owner;
    this.talk = this.#read() ?? this.#fresh();
    this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** Takes over the conversation of another open tab when this one has none yet. */
  async join() {
    if (this.talk.turns.length) return;
    const answer = new Promise((resolve) => {
      this.joined = resolve;
      setTimeout(resolve, OTHER_TABS_MS);
    });
    this.#tell("who");
    await answer;
  }

  /** Keeps `turn`, new or changed, and tells the other tabs. */
  keep(turn) {
    this.#put(turn);
    this.#tell("turn", { turn });
  }

  /** Begins another conversation, in all tabs. */
  renew() {
    this.talk = this.#fresh();
    this.#write();
    this.#tell("new", { talk: this.talk });
  }

  /** Leaves nothing behind, in all tabs. */
  forget() {
    clear();
    this.#tell("logout");
    this.close();
  }

  /** Listens no more. */
  close() {
    this.#channel.close();
  }

  #hear({ kind, owner, conversation, turn, talk }) {
    if (owner !== this.owner) return;
    if (kind === "who" && this.talk.turns.length) this.#tell("talk", { talk: this.talk });
    if (kind === "talk" && !this.talk.turns.length) {
      this.talk = talk;
      this.#write();
      this.joined?.();
    }
    if (kind === "turn" && conversation === this.talk.conversation) {
      this.#put(turn);
      this.dispatchEvent(new CustomEvent("turn", { detail: turn }));
    }
    if (kind === "new") {
      this.talk = talk;
      this.#write();
      this.dispatchEvent(new Event("new"));
    }
    if (kind === "logout") {
      clear();
      this.dispatchEvent(new Event("logout"));
    }
  }

  #tell(kind, more = {}) {
    // a turn holds nothing but text, so that it can be copied to another tab
    this.#channel.postMessage({ kind, owner: this.owner, conversation: this.talk.conversation, ...more });
  }

  #put(turn) {
    const turns = this.talk.turns;
    const place = turns.findIndex((one) => one.id === turn.id);
    if (place < 0) turns.push(turn);
    else turns[place] = turn;
    while (turns.length > MOST_TURNS) turns.shift();
    this.#write();
  }

  #fresh() {
    return { conversation: newName(), until: Date.now() + LONGEST_HOURS * 3600_000, turns: [] };
  }

  #read() {
    try {
      const { owner, talk } = JSON.parse(sessionStorage.getItem(KEY));
      if (owner === this.owner && talk.until > Date.now()) return talk;
    } catch {
      // nothing there, or nothing of ours
    }
    clear();
    return null;
  }

  #write() {
    const kept = { ...this.talk, turns: [...this.talk.turns] };
    let written = JSON.stringify({ owner: this.owner, talk: kept });
    while (written.length > MOST_LETTERS && kept.turns.length) {
      kept.turns.shift();
      written = JSON.stringify({ owner: this.owner, talk: kept });
    }
    try {
      sessionStorage.setItem(KEY, written);
    } catch {
      clear(); // the page's storage is full or denied: the conversation lives as long as the page
    }
  }
}

/** Removes what is kept in this tab. */
export function clear() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // a page may be denied its storage
  }
}
