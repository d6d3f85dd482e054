// What the tabs of leads' room are made of: figures in words, tables, states of loading, files to save.
import { call, describeFailure } from "../http.js";
import { el, formatCount, formatNumber, page, t } from "../page.js";
import * as pane from "../pane.js";
import { goTo } from "../views.js";

const WORDS_MS = 300; // what takes longer to load is announced in words
const LONGEST_IN_MINUTES_S = 5400;
const LONGEST_IN_HOURS_S = 172_800;
const LONGEST_WITH_TENTHS_S = 36_000;

// ---- figures in words
const isUnknown = (value) => value === null || value === undefined;

export function formatFigure(value, unit) {
  if (isUnknown(value)) return "–";
  if (unit === "share") return t("percent", { n: formatNumber(100 * value) });
  if (unit === "seconds") return formatDuration(value);
  return formatNumber(value, Number.isInteger(value) ? 0 : 1);
}

function formatDuration(seconds) {
  if (seconds < LONGEST_IN_MINUTES_S) return t("minutes", { n: formatNumber(seconds / 60) });
  if (seconds < LONGEST_IN_HOURS_S) {
    return t("hours", { n: formatNumber(seconds / 3600, seconds < LONGEST_WITH_TENTHS_S ? 1 : 0) });
  }
  return t("days", { n: formatNumber(seconds / 86_400, 1) });
}

// By how much a figure has changed: percentage points of a share, else percent; null where it was 0 before
function changeOf(now, before, unit) {
  if (unit === "share") return Math.round(100 * now) - Math.round(100 * before);
  return before ? Math.round((100 * (now - before)) / before) : null;
}

function changeWords(change, unit) {
  if (change === 0) return t("change_none");
  if (unit === "share") return formatCount("change_points", Math.abs(change));
  return t("percent", { n: formatNumber(Math.abs(change)) });
}

// The change against the days before: arrow and words, never colour alone
export function changeCell(now, before, unit) {
  if (isUnknown(before) || now === null) return el("span", { class: "change" }, "");
  const change = changeOf(now, before, unit);
  if (change === null) return el("span", { class: "change" }, now ? t("change_new") : "");
  const arrow = { 1: "▲ ", "-1": "▼ ", 0: "" }[Math.sign(change)];
  const title = t("before_was", { value: formatFigure(before, unit) });
  return el("span", { class: "change", title }, arrow, changeWords(change, unit));
}

// ---- blocks
export const emptyNote = (key, ...more) => el("div", { class: "hollow" }, el("p", {}, t(key)), ...more);

export function errorBox(error) {
  const { key, hint, id } = describeFailure(error, "error_hint_list");
  const parts = [el("b", {}, t(key))];
  if (hint) parts.push(el("span", {}, t(hint)));
  if (id) parts.push(el("span", { class: "dim" }, t("error_id", { id })));
  return el("div", { class: "error", role: "alert" }, ...parts);
}

// Title and what can be done, at the top of a tab
export const tabHead = (title, ...more) => el("div", { class: "line head" }, el("h1", {}, title), ...more);
export const label = (text) => el("h3", { class: "label" }, text);

// A switch between values: `values` as [value, words]
export function switchOf(name, values, chosen, choose) {
  const option = ([value, words]) =>
    el("button", { type: "button", "aria-pressed": chosen === value, on: () => choose(value) }, words);
  return el("div", { class: "switch", role: "group", "aria-label": name }, ...values.map(option));
}

// heads: [words, class], one a column
export function tableOf(heads, rows, caption = "") {
  const head = ([words, kind]) => el("th", { scope: "col", class: kind || null }, words);
  const cell = (content, column) => el("td", { class: heads[column][1] || null }, content);
  return el(
    "table",
    { class: "table" },
    caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...heads.map(head))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}

// Puts what a call gives into a node; what was asked for later wins.
export async function load(node, url, draw) {
  const turn = (node.turn || 0) + 1;
  node.turn = turn;
  const show = (...children) => {
    if (node.turn === turn) node.replaceChildren(...children);
  };
  const timer = setTimeout(() => show(el("p", { class: "dim" }, t("loading"))), WORDS_MS);
  try {
    const data = await call(url);
    if (node.turn === turn) node.replaceChildren(...[draw(data)].flat());
  } catch (error) {
    show(errorBox(error));
  } finally {
    clearTimeout(timer);
  }
}

// ---- files
export const saveText = (name, text, kind) => saveBlob(name, new Blob([text], { type: kind }));

export function saveBlob(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// ---- articles
// The `lang` of an element whose text is in this language: none where the page is in it already
export const langOf = (language) => (language.slice(0, 2) === page.language ? null : language);

// Opens an article on the desk, at a passage if one is given; the browser's way back leads to where it was opened.
export function openOnDesk({ article_id, language }, passage = {}) {
  goTo("ask", `/?${new URLSearchParams({ article: article_id, language })}`);
  pane.open(article_id, language, passage);
}
