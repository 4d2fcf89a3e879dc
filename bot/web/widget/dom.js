// Elements made by hand: what goes in as text stays text.

const SVG = "http://www.w3.org/2000/svg";

/** A new element `name` with `attributes` (those that are null or false are left out) and `content` (texts, elements). */
export function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(attribute, value === true ? "" : value);
  }
  element.append(...content.filter((part) => part !== null && part !== undefined));
  return element;
}

/** A line icon of 20 × 20, drawn along `path`; it says nothing to screen readers. */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [attribute, value] of [["viewBox", "0 0 20 20"], ["aria-hidden", "true"], ["class", "icon"]]) {
    drawing.setAttribute(attribute, value);
  }
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/** A name that nobody has used yet; also where the page came without TLS and `crypto.randomUUID` is missing. */
export function newName() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** Offers `content` as a file `name`. */
export function saveFile(name, content) {
  const link = make("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // long enough for the browser to have read it
}
