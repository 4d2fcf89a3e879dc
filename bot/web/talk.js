// One conversation in the deep-chat component: what is typed or pressed goes to the gateway, answers come back.

import { ask } from "./api.js";
import { answerHtml, choiceButtons, make, onChoice, spokenAnswer } from "./answer.js";
import { currentLanguage, text } from "./texts.js";

const EXAMPLES = ["example_personas", "example_approach", "example_match", "example_help"];
const STYLES = ["/web/chat.css", "/web/answer.css"];
const ARROW =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2" ' +
  'stroke-linecap="round" stroke-linejoin="round"><path d="M10 16V4M5 9l5-5 5 5"/></svg>';

// What people type is shown as they typed it: deep-chat's Markdown knows nothing but paragraphs and lines here.
window.remarkable_plugins = [
  {
    plugin(markdown) {
      markdown.core.ruler.enable(["block", "inline"], true);
      markdown.block.ruler.enable(["paragraph"], true);
      markdown.inline.ruler.enable(["text", "newline"], true);
    },
  },
];

class PersonaWelcome extends HTMLElement {
  connectedCallback() {
    this.show = () => this.replaceChildren(...welcome());
    document.addEventListener("languagechosen", this.show);
    this.dataset.testid = "welcome";
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("languagechosen", this.show);
  }
}

customElements.define("persona-welcome", PersonaWelcome);

function welcome() {
  const examples = EXAMPLES.map((key) => ({ label: text(key), send: text(key) }));
  return [
    make("h2", {}, text("greeting")),
    make("p", {}, text("greeting_text")),
    make("p", { class: "part-title" }, text("try_this")),
    choiceButtons(examples),
  ];
}

/**
 * Starts a conversation inside `place`, in the place of any before.
 * `spoken` is a live region; `loggedOut` is called when the login has expired.
 */
export async function startTalk(place, spoken, loggedOut) {
  const [styles] = await Promise.all([
    Promise.all(STYLES.map((path) => fetch(path).then((response) => response.text()))),
    import("/web/vendor/deep-chat/deepChat.bundle.js"),
  ]);
  const conversation = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  const chat = document.createElement("deep-chat");
  let pressed = null;
  let waiting = false;

  async function answer(body, signals) {
    const send = pressed?.send ?? body.messages.at(-1).text;
    pressed = null;
    waiting = true;
    retireCommands(chat);
    spoken.textContent = text("thinking");
    const answers = await replies(send, conversation, loggedOut);
    waiting = false;
    if (!chat.isConnected) return;
    spoken.textContent = answers.map(spokenAnswer).join(" ");
    await signals.onResponse(answers.map((each) => ({ html: answerHtml(each, conversation), role: "ai" })));
  }

  onChoice((choice) => {
    if (waiting) return;
    pressed = choice;
    chat.submitUserMessage({ text: choice.label });
  });
  // deep-chat would fetch a font from elsewhere if it were not told one
  Object.assign(chat.style, {
    display: "block",
    width: "100%",
    height: "100%",
    backgroundColor: "transparent",
    fontFamily: "var(--font)",
    fontSize: "1rem",
  });
  chat.auxiliaryStyle = styles.join("\n");
  chat.connect = { handler: answer };
  chat.introMessage = { html: "<persona-welcome></persona-welcome>" };
  chat.textInput = { placeholder: { text: text("placeholder") } };
  chat.submitButtonStyles = { position: "inside-end", submit: { svg: { content: ARROW } }, loading: { svg: { content: ARROW } } };
  chat.onComponentRender = () => {
    label(chat);
    // on a touch screen the keyboard would cover the welcome
    if (matchMedia("(pointer: fine)").matches) focusInput(chat);
  };
  place.replaceChildren(chat);
}

/** Puts labels of the current language on the parts of the chat that have no visible words. */
export function label(chat) {
  const inside = chat.shadowRoot;
  const input = inside.getElementById("text-input");
  const button = inside.querySelector(".input-button");
  if (!input || !button) return;
  input.setAttribute("deep-chat-placeholder-text", text("placeholder"));
  input.setAttribute("aria-label", text("placeholder"));
  input.setAttribute("aria-multiline", "true");
  input.dataset.testid = "chat-input";
  button.setAttribute("aria-label", text("send"));
  button.dataset.testid = "chat-send";
  const messages = inside.getElementById("messages");
  messages.setAttribute("role", "log");
  messages.setAttribute("aria-live", "off"); // the page's live region speaks instead, once and in order
  messages.setAttribute("aria-label", text("chat"));
}

/** Puts the cursor into the input of the chat. */
export function focusInput(chat) {
  chat.shadowRoot.getElementById("text-input")?.focus();
}

async function replies(send, conversation, loggedOut) {
  try {
    return await ask(send, conversation);
  } catch (refusal) {
    if (refusal.status === 401) loggedOut();
    const message = refusal.message || text("offline");
    const canRepeat = refusal.status === 0 || refusal.status >= 500 || refusal.status === 429;
    const choices = canRepeat ? [{ label: text("again"), send }] : [];
    return [{ kind: "error", language: currentLanguage(), text: message, choices }];
  }
}

/** Buttons that pick one of several options mean the options of their answer only, so they end with it. */
function retireCommands(chat) {
  for (const button of chat.shadowRoot.querySelectorAll('[data-testid="choice"][data-send^="/"]')) {
    button.disabled = true;
  }
}
