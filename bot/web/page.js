// Ties the page together: language, login, and the conversation.

import { logIn, logOut, whoAmI } from "./api.js";
import { focusInput, label, startTalk } from "./talk.js";
import { speak, startLanguage, text } from "./texts.js";

const part = (id) => document.getElementById(id);

function showLogin(notice = "") {
  for (const id of ["talk", "account", "new-talk", "skip"]) part(id).hidden = true;
  part("talk").replaceChildren();
  part("spoken").textContent = "";
  part("login").hidden = false;
  showNotice(notice);
  part("login-name").focus();
}

function showNotice(notice) {
  part("login-error").textContent = notice;
  part("login-error").hidden = !notice;
}

async function showTalk(person) {
  if (person.language) await speak(startLanguage(person.language));
  part("login").hidden = true;
  part("user-name").textContent = person.name;
  for (const id of ["talk", "account", "new-talk", "skip"]) part(id).hidden = false;
  const begin = () => startTalk(part("talk"), part("spoken"), () => showLogin(text("session_ended")));
  part("new-talk").onclick = begin;
  await begin();
}

async function submitLogin(event) {
  event.preventDefault();
  const button = part("login-submit");
  button.disabled = true;
  button.textContent = text("logging_in");
  showNotice("");
  try {
    const person = await logIn(part("login-name").value, part("login-password").value);
    part("login-form").reset();
    await showTalk(person);
  } catch (refusal) {
    showNotice(refusal.message || text("offline"));
    part("login-password").select();
  } finally {
    button.disabled = false;
    button.textContent = text("login");
  }
}

async function start() {
  await speak(startLanguage(null));
  part("login-form").addEventListener("submit", submitLogin);
  part("logout").addEventListener("click", async () => {
    try {
      await logOut();
      showLogin();
    } catch {
      part("spoken").textContent = text("offline");
    }
  });
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    focusInput(document.querySelector("deep-chat"));
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language, { keep: true }));
  }
  document.addEventListener("languagechosen", () => {
    const chat = document.querySelector("deep-chat");
    if (chat) label(chat);
  });
  part("page").hidden = false;
  const person = await whoAmI().catch(() => null);
  if (!person) {
    showLogin();
    return;
  }
  await showTalk(person);
}

start();
