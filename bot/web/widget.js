// The one tag: <script type="module" src=".../web/widget.js" data-position="corner|inline" ...></script>

import { PersonaBot } from "./widget/element.js";

const ATTRIBUTES = { language: "language", theme: "theme", tokenUrl: "token-url" };

if (!customElements.get("persona-bot")) {
  customElements.define("persona-bot", PersonaBot);
  // a module is not told which tag brought it
  for (const script of document.querySelectorAll("script[src]")) if (script.src === import.meta.url) place(script);
}

/** Puts the widget where the tag asks for it: in the corner of the page or right after the tag. */
function place(script) {
  const { position } = script.dataset;
  if (position !== "corner" && position !== "inline") return; // the page places <persona-bot> by hand
  const element = document.createElement("persona-bot");
  element.setAttribute("mode", position);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    if (script.dataset[name]) element.setAttribute(attribute, script.dataset[name]);
  }
  if (position === "inline" && document.body.contains(script)) script.after(element);
  else document.body.append(element);
}
