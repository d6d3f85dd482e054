// Talks to this server only. A server that is gone, or a session that is over, is told in words and costs no typed text.
import { page } from "./page.js";

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
  throw Object.assign(new Error(`status ${response.status}`), { status: response.status, id: told.id, technical: [told.message, told.hint].filter(Boolean).join(" ") });
}
export const post = (url, body, signal) => call(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

// While the server is gone, look for it every two seconds.
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

// What stands above a failed step: what happened, in words, and what the server said
export const failure = (error, hint = "error_hint") =>
  error.offline
    ? { key: "error_offline", hint: "error_offline_hint" }
    : { key: [423, 503].includes(error.status) ? "error_busy" : error.status === 429 ? "error_often" : error.status === 403 ? "error_rights" : "error_title", hint, technical: error.technical };
