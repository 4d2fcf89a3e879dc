// Trusted Types: a page that enforces them takes HTML by a policy only. Ours serves the libraries that write HTML.

const POLICY = "persona-bot";

const policy = make();

/** Whether the page lets nobody write HTML by our policy. */
export const isForbidden = policy === null;

/** `html` as such a page takes it; also elsewhere. */
export const trusted = (html) => policy?.createHTML(html) ?? html;

/** Set on an element it does what innerHTML does; a symbol, so that no script of the page comes by it by chance. */
export const HTML = Symbol(POLICY);

Object.defineProperty(Element.prototype, HTML, {
  set(html) {
    this.innerHTML = trusted(html);
  },
});

function make() {
  try {
    return globalThis.trustedTypes?.createPolicy(POLICY, { createHTML: (html) => html });
  } catch {
    return null;
  }
}
