// The gateway's API; the session cookie goes along by itself.

import { currentLanguage } from "./texts.js";

/** The gateway said no (`status`, `message` for people), or could not be reached (`status` 0, no message). */
export class Refusal extends Error {
  constructor(status, message = "") {
    super(message);
    this.status = status;
  }
}

/** Who is logged in: {name, rights, language}, or null. */
export async function whoAmI() {
  try {
    return await call("GET", "/api/me");
  } catch (refusal) {
    if (refusal.status === 401) return null;
    throw refusal;
  }
}

/** Logs in and returns the person; throws Refusal. */
export function logIn(name, password) {
  return call("POST", "/api/login", { name, password });
}

/** Ends the login. */
export function logOut() {
  return call("POST", "/api/logout");
}

/** What `path` answers to `method` with `body` as JSON; throws Refusal. */
export async function call(method, path, body) {
  const headers = { "Accept-Language": currentLanguage() };
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Refusal(0);
  }
  const content = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(response.status, content?.message);
  return content;
}
