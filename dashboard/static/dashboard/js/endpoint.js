// Asking the endpoint. An answer that has not changed since is not sent again.

const page = JSON.parse(document.getElementById("script-data").textContent);

export class Refusal extends Error {
  constructor(message, { status = 0, code = "", retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
}

const known = new Map(); // address → { etag, answer }
const underway = new Map(); // address → promise, so that two panels share one request
const MOST_KNOWN = 200;

export function questionAddress(parameters, extra = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...parameters, ...extra })) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  return `${page.endpoint}?${query}`;
}

// The answer, and the instant that it is about: that of the server's clock if nothing has changed.
export function ask(parameters) {
  const address = questionAddress(parameters);
  if (!underway.has(address)) {
    underway.set(
      address,
      request(address).finally(() => underway.delete(address)),
    );
  }
  return underway.get(address);
}

async function request(address) {
  const last = known.get(address);
  let response;
  try {
    response = await fetch(address, {
      cache: "no-store", // it would hide from us that nothing has changed
      headers: last ? { "If-None-Match": last.etag } : {},
      credentials: "same-origin",
    });
  } catch {
    throw new Refusal("The server cannot be reached. Is the network up?", { code: "UNREACHABLE" });
  }
  if (response.status === 304 && last) {
    const now = new Date(response.headers.get("Date") ?? Date.now());
    return { answer: last.answer, asOf: now.toISOString() };
  }
  let body = null;
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page, most likely.
  }
  if (!response.ok || body === null) {
    const { message, code } = body?.error ?? {};
    throw new Refusal(
      message ?? `The server answered with status ${response.status}, and not in JSON.`,
      {
        status: response.status,
        code,
        retryAfter: Number(response.headers.get("Retry-After")) || null,
      },
    );
  }
  const etag = response.headers.get("ETag");
  if (etag) {
    known.delete(address);
    known.set(address, { etag, answer: body });
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
  }
  return { answer: body, asOf: body.asOf };
}
