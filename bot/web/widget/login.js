// The widget's own login.

import { make } from "./dom.js";

const LONGEST_NAME = 100;
const LONGEST_PASSWORD = 256;

/** A form that calls `logIn(name, password)`; `words` as in words.js, `notice` is said above the fields. */
export function loginForm(words, logIn, notice = "") {
  const error = make("p", { class: "notice", role: "alert", "data-testid": "login-error", hidden: !notice }, notice);
  const name = make("input", {
    id: "login-name", name: "name", autocomplete: "username", autocapitalize: "none", spellcheck: "false",
    maxlength: LONGEST_NAME, required: true, "data-testid": "login-name",
  });
  const password = make("input", {
    id: "login-password", name: "password", type: "password", autocomplete: "current-password",
    maxlength: LONGEST_PASSWORD, required: true, "data-testid": "login-password",
  });
  const button = words.bind(make("button", { type: "submit", class: "main", "data-testid": "login-submit" }), "login");
  const form = make(
    "form",
    { class: "login", novalidate: true, "data-testid": "login-form" },
    words.bind(make("h2"), "login"),
    words.bind(make("p", { class: "lead" }), "lead"),
    error,
    words.bind(make("label", { for: "login-name" }), "name"),
    name,
    words.bind(make("label", { for: "login-password" }), "password"),
    password,
    button,
    words.bind(make("small"), "privacy"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    button.textContent = words.text("logging_in");
    error.hidden = true;
    try {
      await logIn(name.value, password.value);
    } catch (refusal) {
      error.textContent = refusal.message || words.text("offline");
      error.hidden = false;
      password.select();
    } finally {
      button.disabled = false;
      button.textContent = words.text("login");
    }
  });
  return form;
}
