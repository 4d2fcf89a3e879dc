// The gateway's API: by the page's own cookie, or by a Bearer token that lives in memory only.

const ANSWER_SECONDS = 20; // a turn ends after some six seconds; beyond this nothing will come
const ON_ITS_WAY = 202; // the answer takes a while, and comes to who asks again under the same name
const HOST = new URL(import.meta.url).origin;

/** The gateway said no (`status`, `message` for people), or could not be reached (`status` 0, no message). */
export class Refusal extends Error {
  constructor(status, message = "", waitSeconds = 0) {
    super(message);
    this.status = status;
    this.waitSeconds = waitSeconds;
  }

  /** Whether the same request may succeed a little later. */
  get passes() {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** One connection; `language` is a function that tells the language in use. */
export class Gateway {
  #token = null;

  constructor({ ownSession, tokenUrl, language }) {
    this.ownSession = ownSession;
    this.tokenUrl = tokenUrl;
    this.language = language;
  }

  /** Who is logged in: {name, rights, language}, or null; a page that vouches for its people logs them in here. */
  async whoAmI() {
    if (!this.ownSession && !this.#token && !(await this.#exchange())) return null;
    try {
      return await this.#call("GET", "/api/me");
    } catch (refusal) {
      if (refusal.status !== 401) throw refusal;
      this.#token = null;
      return null;
    }
  }

  /** Logs in and returns the person; throws Refusal. */
  async logIn(name, password) {
    const { token, ...person } = await this.#call("POST", "/api/login", { name, password });
    if (!this.ownSession) this.#token = token;
    return person;
  }

  /** Ends the login. */
  async logOut() {
    await this.#call("POST", "/api/logout");
    this.#token = null;
  }

  /** Forgets a login that has ended. */
  forget() {
    this.#token = null;
  }

  /** Says `text` under the name `id`, by which it is answered once however often it is sent; throws Refusal. */
  async ask(text, conversation, id) {
    let response;
    do response = await this.#fetch("POST", `${HOST}/api/chat`, { text, conversation, id });
    while (response.status === ON_ITS_WAY);
    return (await content(response)).messages;
  }

  /** The address of an offered file, or null when `link` leads elsewhere. */
  fileAddress(link, conversation) {
    const place = new URL(link, HOST);
    if (place.origin !== HOST || !place.pathname.startsWith("/api/files/")) return null;
    place.searchParams.set("conversation", conversation);
    return place.href;
  }

  /** The content of a file as a Blob; throws Refusal. */
  async file(address) {
    return (await this.#fetch("GET", address, undefined, null)).blob(); // a large one takes its time
  }

  /** Trades the signed identity that the host page vouches for against a token; false when it has none. */
  async #exchange() {
    if (!this.tokenUrl) return false;
    const vouched = await fetch(new URL(this.tokenUrl, location.href), { credentials: "same-origin", cache: "no-store" })
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (typeof vouched?.token !== "string") return false;
    const { token } = await this.#call("POST", "/api/embed", { token: vouched.token });
    this.#token = token;
    return true;
  }

  async #call(method, path, body) {
    const response = await this.#fetch(method, HOST + path, body);
    return response.status === 204 ? null : content(response);
  }

  async #fetch(method, address, body, wait = ANSWER_SECONDS) {
    const headers = { "Accept-Language": this.language() };
    if (body) headers["Content-Type"] = "application/json";
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    let response;
    try {
      response = await fetch(address, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: this.ownSession ? "same-origin" : "omit",
        cache: "no-store",
        signal: wait && AbortSignal.timeout(wait * 1000),
      });
    } catch {
      throw new Refusal(0);
    }
    if (response.ok) return response;
    const content = await response.json().catch(() => null);
    throw new Refusal(response.status, content?.message, Number(response.headers.get("Retry-After")) || 0);
  }
}

function content(response) {
  return response.json().catch(() => { throw new Refusal(0); });
}
