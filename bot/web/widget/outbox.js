// Brings messages to the gateway one after the other: what fails waits, goes out once more, and is never doubled.

const PAUSE_SECONDS = 3; // long enough for a server that restarts its proxy, short enough to wait for
const LONGEST_PAUSE_SECONDS = 60;

/**
 * A turn is {id, label, send, state, answers}. Its state is "sending", "waiting" (goes out again by itself), "login"
 * (goes out after the login), "failed" (goes out when somebody says so), "refused" or "answered".
 */
export class Outbox {
  #queue = [];
  #running = false;
  #loggedIn = null;

  /** `ask(turn)` sends; `changed(turn)` is told of each new state; `loggedOut()` when a login is needed. */
  constructor({ ask, changed, loggedOut }) {
    Object.assign(this, { ask, changed, loggedOut });
  }

  /** Sends `turn` when those before it are through. */
  add(turn) {
    this.#queue.push(turn);
    this.#move(turn, "sending");
    this.#run();
  }

  /** Goes on after a login. */
  resume() {
    this.#loggedIn?.();
  }

  /** Sends nothing more. */
  close() {
    this.#queue.length = 0;
    this.closed = true;
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (this.#queue.length) {
      await this.#deliver(this.#queue[0]);
      this.#queue.shift();
    }
    this.#running = false;
  }

  async #deliver(turn) {
    for (let failures = 0; !this.closed; ) {
      try {
        turn.answers = await this.ask(turn);
        return this.#move(turn, "answered");
      } catch (refusal) {
        if (refusal.status === 401) {
          await this.#login(turn);
        } else if (!refusal.passes) {
          turn.problem = refusal.message;
          return this.#move(turn, "refused");
        } else if (++failures > 1) {
          turn.problem = refusal.message ?? "";
          return this.#move(turn, "failed");
        } else {
          this.#move(turn, "waiting");
          await pause(refusal.waitSeconds);
        }
        this.#move(turn, "sending");
      }
    }
  }

  #login(turn) {
    this.#move(turn, "login");
    const back = new Promise((loggedIn) => (this.#loggedIn = loggedIn));
    this.loggedOut();
    return back;
  }

  #move(turn, state) {
    if (this.closed) return;
    turn.state = state;
    this.changed(turn);
  }
}

/** Waits as long as the server asks for, or until the line is back. */
function pause(seconds) {
  return new Promise((done) => {
    const timer = navigator.onLine && setTimeout(end, Math.min(seconds || PAUSE_SECONDS, LONGEST_PAUSE_SECONDS) * 1000);
    addEventListener("online", end);
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      done();
    }
  });
}
