// What the tabs of leads' room are made of: states of loading, figures in words, work that takes long.
import { counted, el, number, page, t } from "../page.js";
import { call, failure, post } from "../http.js";
import { go } from "../shell.js";
import * as pane from "../pane.js";

const WATCH_MS = [100, 200, 400]; // soon at first, as much is done in a moment; then every 0.7 s
const WATCH_LATER_MS = 700;

export const figure = (value, unit) => {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return t("percent", { n: number(100 * value) });
  if (unit === "seconds") return duration(value);
  return number(value, Number.isInteger(value) ? 0 : 1);
};

export function duration(seconds) {
  if (seconds < 5400) return t("minutes", { n: number(seconds / 60) });
  if (seconds < 172_800) return t("hours", { n: number(seconds / 3600, seconds < 36_000 ? 1 : 0) });
  return t("days", { n: number(seconds / 86_400, 1) });
}

// The change against the days before: arrow and words, never colour alone
export function change(now, before, unit) {
  if (before === null || before === undefined || now === null) return el("span", { class: "change" }, "");
  const by = unit === "share" ? Math.round(100 * now) - Math.round(100 * before) : before ? Math.round(100 * (now - before) / before) : null;
  if (by === null) return el("span", { class: "change" }, now ? t("change_new") : "");
  const words = by === 0 ? t("change_none") : unit === "share" ? counted("change_points", Math.abs(by)) : t("percent", { n: number(Math.abs(by)) });
  return el("span", { class: "change", title: t("before_was", { value: figure(before, unit) }) }, by > 0 ? "▲ " : by < 0 ? "▼ " : "", words);
}

export const empty = (key, ...more) => el("div", { class: "hollow" }, el("p", {}, t(key)), ...more);

export function trouble(error) {
  const told = failure(error, "error_hint_list");
  return el("div", { class: "error", role: "alert" }, el("b", {}, t(told.key)), told.hint ? el("span", {}, t(told.hint)) : null, told.id ? el("span", { class: "dim" }, t("error_id", { id: told.id })) : null);
}

// Puts what a call gives into a place; what was asked for later wins.
export async function fill(place, ask, draw) {
  const turn = (place.turn = (place.turn || 0) + 1);
  const late = setTimeout(() => { if (place.turn === turn) place.replaceChildren(el("p", { class: "dim" }, t("loading"))); }, 300);
  try {
    const data = await ask();
    if (place.turn === turn) place.replaceChildren(...[draw(data)].flat());
  } catch (error) {
    if (place.turn === turn) place.replaceChildren(trouble(error));
  } finally {
    clearTimeout(late);
  }
}

const underWay = new Map(); // by address, the job that was begun there, of which there is only one at a time

// Whether work is under way at an address: whoever left its tab and comes back goes on watching
export const isUnderWay = (url) => underWay.has(url);

// Long work: begun, or found under way, watched in words, cancelled, at once for whoever waits. Gives its result, null where it was cancelled.
// Who gives a signal can end it without a word, as where something else is wanted by now.
export async function work(place, url, body, words, signal = null) {
  const before = underWay.get(url), watched = (id) => call(`/api/v1/jobs/${id}`);
  let job = (before && (await watched(before).catch(() => null))) || (await post(url, body));
  if (!Object.keys(body).length) underWay.set(url, job.job_id);
  const bar = el("progress", { max: 1, "aria-label": t(words) }), doing = el("span", {}, t(words)), said = el("span", { role: "status" });
  let hurry = () => {};
  const cancel = async () => {
    stop.disabled = true;
    await call(`/api/v1/jobs/${job.job_id}`, { method: "DELETE" }).catch(() => { stop.disabled = false; });
    hurry();
  };
  const stop = el("button", { type: "button", class: "plain", "data-act": "cancel", on: cancel }, t("cancel"));
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) await cancel();
  else place.replaceChildren(el("div", { class: "work" }, doing, bar, said, stop));
  for (let turn = 0; job.state === "running"; turn += 1) {
    await new Promise((resolve) => { hurry = resolve; setTimeout(resolve, WATCH_MS[turn] ?? WATCH_LATER_MS); });
    job = await watched(job.job_id).catch((error) => { underWay.delete(url); throw error; });
    doing.textContent = job.step ? t(`step_${job.step}`) : t(words);
    if (job.total > 1) { bar.max = job.total; bar.value = job.done; said.textContent = t("done_of", { done: number(job.done), total: number(job.total) }); }
    else { bar.removeAttribute("value"); said.textContent = ""; }
  }
  underWay.delete(url);
  if (signal?.aborted) return null;
  place.replaceChildren();
  if (job.state === "failed") throw Object.assign(new Error("job"), { status: job.error.exit_code === 3 ? 500 : 400, code: job.error.code, id: job.job_id });
  if (job.state === "cancelled") place.replaceChildren(el("p", { class: "dim", role: "status" }, t("cancelled")));
  return job.result;
}

export function table(heads, rows, caption = "") {
  return el("table", { class: "table" }, caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...heads.map(([head, kind]) => el("th", { scope: "col", class: kind || null }, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, place) => el("td", { class: heads[place][1] || null }, cell))))));
}

export const save = (name, text, kind) => saveBlob(name, new Blob([text], { type: kind }));

export function saveBlob(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export const inOther = (language) => (language.slice(0, 2) === page.language ? null : language);

// Reads an article on the desk, at a passage if one is given; the browser's way back leads to where it was opened.
export function read(one, passage = {}) {
  go("ask", `/?${new URLSearchParams({ article: one.article_id, language: one.language })}`);
  pane.open(one.article_id, one.language, passage);
}
