/* Questions to the server, on the same port as the page: POST, JSON there and back. */

const PATIENCE = 10_000; // ms
const KEEPALIVE = 60_000; // bytes that a browser carries on after the page has gone

export class ServerError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status; // 0: no answer at all
  }

  /* Whether asking again later may help: no answer, or a server that is not well. */
  get away() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Server {
  constructor(base, project) {
    this.address = `${base}/api/desk/${project}`;
    this.onAnswer = () => {}; // told whenever the server is there
  }

  /* The answer to `body`; throws ServerError with the server's own sentence. `leaving`: the page goes away meanwhile. */
  async request(path, body, { patience = PATIENCE, leaving = false } = {}) {
    const text = JSON.stringify(body);
    let answer;
    let told;
    try {
      answer = await fetch(`${this.address}/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: text,
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        keepalive: leaving && new Blob([text]).size < KEEPALIVE,
        signal: AbortSignal.timeout(patience),
      });
      told = await answer.json().catch((error) => (error instanceof SyntaxError ? null : Promise.reject(error)));
    } catch (error) {
      const late = error?.name === "TimeoutError";
      throw new ServerError(late ? `The server did not answer within ${patience / 1000} seconds.` : "The server does not answer.");
    }
    if (answer.ok && told !== null) {
      this.onAnswer();
      return told;
    }
    if (answer.ok) throw new ServerError("Something else than Tagloop answered. Is there a sign-in page in between?");
    throw new ServerError(told?.error ?? `The server answered with an error (${answer.status}).`, answer.status);
  }
}
