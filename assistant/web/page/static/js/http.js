// Talks to this server only. Without it, or once the session is over, words say so and nothing typed is lost.
import { hasText, page } from "./page.js";

const POLL_MS = 2000;
const SAME_ORIGIN = { credentials: "same-origin", cache: "no-store" };
let watchTimer = null;
let askSignIn = null;
let tellConnection = () => {};

// tell: called with "lost" and "back"
export function onConnection(tell) {
  tellConnection = tell;
}

// ask: lets somebody sign in anew, and resolves once that is done
export function onSignIn(ask) {
  askSignIn = ask;
}

export async function call(url, options = {}) {
  const { headers = {}, again = true, ...rest } = options;
  const proof = page.me.csrf && options.method ? { "X-Lotse-CSRF": page.me.csrf } : {};
  let response;
  try {
    response = await fetch(url, { ...rest, headers: { ...headers, ...proof }, ...SAME_ORIGIN });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    watchServer();
    throw Object.assign(new Error("offline"), { offline: true });
  }
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  if (response.status === 401 && askSignIn && again && url !== "/page/sign-in") {
    await askSignIn();
    return call(url, { ...options, again: false });
  }
  const { id, code } = data.error || {};
  throw Object.assign(new Error(`status ${response.status}`), { status: response.status, id, code });
}

export const post = (url, body, signal) =>
  call(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

// While the server is gone, look for it every two seconds.
function watchServer() {
  if (watchTimer) return;
  tellConnection("lost");
  watchTimer = setInterval(async () => {
    const response = await fetch("/page/me", SAME_ORIGIN).catch(() => null);
    if (!response?.ok) return;
    clearInterval(watchTimer);
    watchTimer = null;
    page.me = await response.json();
    tellConnection("back");
  }, POLL_MS);
}
addEventListener("offline", watchServer);

// What is told of a failed step, in the page's own words: the server's are for programs and its log, under the id.
const TEXT_BY_STATUS = {
  400: "error_input",
  403: "error_rights",
  404: "error_gone",
  409: "error_conflict",
  422: "error_input",
  423: "error_busy",
  429: "error_often",
  503: "error_busy",
};

export function describeFailure(error, hint = "error_hint") {
  if (error.offline) return { key: "error_offline", hint: "error_offline_hint" };
  if (error.code && hasText(`told_${error.code}`)) return { key: `told_${error.code}` };
  return {
    key: TEXT_BY_STATUS[error.status] ?? "error_title",
    hint: error.status === 409 ? "error_conflict_hint" : hint,
    id: error.id,
  };
}
