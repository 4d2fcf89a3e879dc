// Ties the page together: language, login, and the places that the address names after its "#".

import { Account } from "./account.js";
import { Admin } from "./admin.js";
import { call, logIn, logOut, whoAmI } from "./api.js";
import { moment } from "./formats.js";
import { Overview } from "./start.js";
import { currentLanguage, speak, startLanguage, text } from "./texts.js";
import "./widget.js";

const PLACES = { talk: "talk", overview: "overview", account: "account-place", admin: "admin" };
const INVITATION = "#invitation=";
const REPORT = "#report"; // where somebody is led who wanted the report and was not logged in

const part = (id) => document.getElementById(id);

let person = null;
let bot = null;

const act = { ask, person: () => person, lost, said };
const overview = new Overview(part("overview"), act);
const account = new Account(part("account-place"), act);
const admin = new Admin(part("admin"), act);

/** Back to the login when `refusal` says that it has ended; returns whether it does. */
function lost(refusal) {
  if (refusal.status !== 401) return false;
  if (person && bot) bot.loggedOut(); // keeps the conversation for whom it belongs to, and calls for the login
  else if (person) showLogin(text("session_ended"));
  return true;
}

/** Says `words` to screen readers. */
function said(words) {
  part("said").textContent = words;
}

/** Says `words` in the conversation. */
function ask(words) {
  if (!bot?.talk) return;
  location.hash = "#talk";
  bot.talk.say(words);
  bot.talk.focusInput();
}

function place() {
  const [named] = location.hash.slice(1).split("/");
  const known = named in PLACES ? named : "talk";
  return known === "admin" && person?.rights !== "admin" ? "talk" : known;
}

function showPlace({ focus = false } = {}) {
  if (!person) return;
  const here = place();
  part("page").dataset.place = here;
  part("start").hidden = here !== "talk" && here !== "overview";
  part("admin").hidden = here !== "admin";
  part("account-place").hidden = here !== "account";
  part("new-talk").hidden = here !== "talk";
  for (const link of document.querySelectorAll("[data-place]")) {
    if (link.dataset.place === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (here === "admin") admin.show(location.hash.split("/")[1]);
  if (here === "account") account.show();
  if (focus && here !== "talk") part(PLACES[here]).focus();
}

function showLogin(notice = "") {
  person = null;
  for (const id of ["start", "account", "places", "new-talk", "skip", "admin", "account-place"]) part(id).hidden = true;
  for (const shown of [overview, account, admin]) shown.clear();
  delete part("page").dataset.place;
  part("login").hidden = false;
  const invited = invitation() !== null;
  part("login-form").hidden = invited;
  part("invitation").hidden = !invited;
  showNotice("login-error", notice);
  part(invited ? "invited-name" : "login-name").focus();
  if (invited) lookAtInvitation();
}

function showNotice(id, notice) {
  part(id).textContent = notice;
  part(id).hidden = !notice;
}

async function enter(found) {
  person = found;
  if (person.language) await speak(startLanguage(person.language));
  part("login").hidden = true;
  part("user-name").textContent = person.name;
  for (const id of ["account", "places", "skip"]) part(id).hidden = false;
  document.querySelector("[data-place=admin]").hidden = person.rights !== "admin";
  if (location.hash === REPORT) location.replace(`/report?language=${currentLanguage()}`);
  else showPlace();
  overview.show();
  if (bot) await bot.resume();
  else await converse();
}

async function converse() {
  bot = document.createElement("persona-bot");
  for (const [name, value] of [["mode", "page"], ["own-session", ""], ["language", currentLanguage()]]) bot.setAttribute(name, value);
  bot.addEventListener("personabot-logout", (event) => {
    event.preventDefault();
    if (person) showLogin(event.detail.reason === "expired" ? text("session_ended") : "");
  });
  part("talk").replaceChildren(bot);
}

async function leave() {
  try {
    await logOut();
  } catch {
    said(text("offline"));
    return;
  }
  bot?.forget();
  bot?.remove();
  bot = null;
  location.hash = "";
  showLogin();
}

async function submit(event, notice, working, send) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  button.disabled = true;
  button.textContent = working;
  showNotice(notice, "");
  try {
    const found = await send(form.elements);
    form.reset();
    await enter(found);
  } catch (refusal) {
    showNotice(notice, refusal.message || text("offline"));
    form.querySelector("[type=password]").select();
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

function submitLogin(event) {
  return submit(event, "login-error", text("logging_in"), ({ name, password }) => logIn(name.value, password.value));
}

function acceptInvitation(event) {
  return submit(event, "invitation-error", text("logging_in"), async ({ name, password, again }) => {
    if (password.value !== again.value) throw new Error(text("start.not_the_same"));
    const found = await call("POST", "/api/invitation", { token: invitation(), name: name.value, password: password.value });
    history.replaceState(null, "", "/"); // the link is used up
    return found;
  });
}

/** The secret of the invitation in the address, or null. */
function invitation() {
  return location.hash.startsWith(INVITATION) ? location.hash.slice(INVITATION.length) : null;
}

/** Says what the invitation is for, or that it no longer holds. */
async function lookAtInvitation() {
  const token = invitation();
  const form = part("invitation");
  const { name } = form.elements;
  name.readOnly = false;
  part("invited-as").textContent = "";
  try {
    const found = await call("POST", "/api/invitation/look", { token });
    if (token !== invitation()) return;
    part("invited-as").textContent = text("start.invited_as", { rights: text(`admin.role.${found.rights}`), until: moment(found.expires_at) });
    if (found.name) [name.value, name.readOnly] = [found.name, true];
    form.elements[found.name ? "password" : "name"].focus();
  } catch (refusal) {
    showNotice("invitation-error", refusal.message || text("offline"));
  }
}

/** Another way to log in, where the installation has one. */
async function offerSignOn() {
  const options = await call("GET", "/api/login/options").catch(() => null);
  if (!options?.oidc) return;
  part("sign-on-link").textContent = text("start.sign_on", { name: options.name || text("start.sign_on_name") });
  part("sign-on").hidden = false;
}

function listen() {
  part("login-form").addEventListener("submit", submitLogin);
  part("invitation").addEventListener("submit", acceptInvitation);
  part("logout").addEventListener("click", leave);
  part("new-talk").addEventListener("click", () => bot?.newTalk());
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    if (place() === "talk") bot?.talk?.focusInput();
    else part(PLACES[place()]).focus();
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language, { keep: true }));
  }
  document.addEventListener("languagechosen", () => {
    bot?.setAttribute("language", currentLanguage());
    offerSignOn();
    if (!person) return void (invitation() !== null && lookAtInvitation());
    overview.show();
    showPlace();
  });
  window.addEventListener("hashchange", () => {
    if (person) showPlace({ focus: true });
    else showLogin();
  });
}

async function start() {
  await speak(startLanguage(null));
  listen();
  offerSignOn();
  part("page").hidden = false;
  const found = await whoAmI().catch(() => null);
  if (found && invitation() === null) await enter(found);
  else showLogin();
}

start();
