// Talks to this server only. A server that is gone, or a session that is over, is told in words and costs no typed text.
import { has, page } from "./page.js";

const POLL_MS = 2000;
let lost = null, signIn = null, tellLost = () => {};
export const onLost = (tell) => { tellLost = tell; };
export const onSignIn = (ask) => { signIn = ask; };

export async function call(url, options = {}) {
  const { headers = {}, again = true, ...rest } = options;
  const proof = page.me.csrf && options.method ? { "X-Lotse-CSRF": page.me.csrf } : {};
  let response;
  try {
    response = await fetch(url, { ...rest, headers: { ...headers, ...proof }, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    watch();
    throw Object.assign(new Error("offline"), { offline: true });
  }
  if (response.ok && options.raw) return response;
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  if (response.status === 401 && signIn && again && url !== "/page/sign-in") {
    await signIn();
    return call(url, { ...options, again: false });
  }
  const told = data.error || {};
  throw Object.assign(new Error(`status ${response.status}`), { status: response.status, id: told.id, code: told.code });
}
export const post = (url, body, signal) => call(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

// While the server is gone, look for it every two seconds.
addEventListener("offline", () => watch());
function watch() {
  if (lost) return;
  tellLost("lost");
  lost = setInterval(async () => {
    const answer = await fetch("/page/me", { cache: "no-store", credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    clearInterval(lost);
    lost = null;
    page.me = await answer.json();
    tellLost("back");
  }, POLL_MS);
}

// What is told of a failed step, in the page's own words: the server's are for programs and its log, and stand there under the id.
const TOLD = { 400: "error_input", 403: "error_rights", 404: "error_gone", 409: "error_conflict", 422: "error_input", 423: "error_busy", 429: "error_often", 503: "error_busy" };
export const failure = (error, hint = "error_hint") => {
  if (error.offline) return { key: "error_offline", hint: "error_offline_hint" };
  if (error.code && has(`told_${error.code}`)) return { key: `told_${error.code}` };
  return { key: TOLD[error.status] ?? "error_title", hint: error.status === 409 ? "error_conflict_hint" : hint, id: error.id };
};
