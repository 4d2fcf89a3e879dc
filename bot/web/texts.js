// The page's own texts in the chosen language; the assistant's answers bring theirs along.

const LANGUAGES = ["de", "en"];
const KEPT_CHOICE = "personabot-language";

let texts = {};
let language = "de";

/** The language in use: "de" or "en". */
export function currentLanguage() {
  return language;
}

/** The text `key` with {placeholders} filled from `values`; `other` where there is no such text. */
export function text(key, values = {}, other = undefined) {
  return (texts[key] ?? other).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The language chosen earlier, else `preferred`, else the browser's first that we speak. */
export function startLanguage(preferred) {
  const spoken = [localStorage.getItem(KEPT_CHOICE), preferred, ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return spoken.find((tag) => LANGUAGES.includes(tag)) ?? "de";
}

/** Switches to `chosen`; `keep` remembers it in this browser. Tells the page by the event "languagechosen". */
export async function speak(chosen, { keep = false } = {}) {
  const response = await fetch(`/web/texts/${chosen}.json`);
  texts = await response.json();
  language = chosen;
  if (keep) localStorage.setItem(KEPT_CHOICE, chosen);
  document.documentElement.lang = chosen;
  document.title = text("title");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  document.dispatchEvent(new Event("languagechosen"));
}
