// The widget's own words in both languages; the assistant's answers bring theirs along.

const LANGUAGES = ["de", "en"];
const KEPT_CHOICE = "personabot-language";

let catalogue = null;

/** The words of one widget in the language chosen for it; tells of another choice by the event "change". */
export class Words extends EventTarget {
  #language = "de";
  #bound = new Set();

  /** The language in use: "de" or "en". */
  get language() {
    return this.#language;
  }

  /** Brings the words and chooses the first of `wanted` that we speak, else German. */
  async load(...wanted) {
    catalogue ??= fetch(new URL("/web/words.json", import.meta.url)).then((response) => response.json());
    try {
      this.all = await catalogue;
    } catch (problem) {
      catalogue = null; // so that it is fetched again, instead of failing for ever
      throw problem;
    }
    this.#language = wanted.find((tag) => LANGUAGES.includes(tag)) ?? "de";
  }

  /** Changes to `language`, and every text and label that was bound along with it. */
  speak(language) {
    if (!LANGUAGES.includes(language) || language === this.#language) return;
    this.#language = language;
    for (const say of this.#bound) say();
    this.dispatchEvent(new Event("change"));
  }

  /** The text `key` with {placeholders} filled from `values`. */
  text(key, values = {}, language = this.#language) {
    return this.all[language][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** Keeps `attribute` of `element`, else its content, saying `key` in the language in use; returns the element. */
  bind(element, key, attribute = null) {
    const say = () => {
      if (attribute) element.setAttribute(attribute, this.text(key));
      else element.textContent = this.text(key);
    };
    this.#bound.add(say);
    say();
    return element;
  }
}

/** The language chosen earlier in this browser, then those that the browser asks for. */
export function browserLanguages() {
  const asked = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return [kept(() => localStorage.getItem(KEPT_CHOICE)), ...asked].filter(Boolean);
}

/** Remembers the choice in this browser. */
export function keepLanguage(language) {
  kept(() => localStorage.setItem(KEPT_CHOICE, language));
}

function kept(reach) {
  try {
    return reach();
  } catch {
    return null; // a page may be denied its storage
  }
}
