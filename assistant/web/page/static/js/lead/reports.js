// Reports: chosen, looked at as they will be handed on, saved.
import { el, formatDay, formatNumber, page, parseDay, t, today } from "../page.js";
import { runJob } from "./jobs.js";
import { errorBox, switchOf, tabHead } from "./parts.js";

const REPORT_URL = "/api/v1/report";
const FORMS = ["html", "md", "csv", "json"];
const MAX_DAYS = 800; // as many as the server takes
const DAY_MS = 86_400_000;
const FIRST_DAYS = 28; // offered before somebody has typed days
const DAYS = ["since", "until"];
const chosen = { kind: "team", span: "week", since: "", until: "", typed: { since: "", until: "" } };
const preview = { request: null, html: "" };

const hasOwnDays = () => chosen.span === "days";

function reportQuery(format) {
  const period = hasOwnDays() ? { since: chosen.since, until: chosen.until } : { period: chosen.span };
  return { kind: chosen.kind, language: page.language, format, ...period };
}

// What is wrong with the days, in words; nothing where they make a report
function complaint() {
  const { since, until, typed } = chosen;
  if (!hasOwnDays()) return "";
  const unread = Object.values(typed).find((text) => text && !parseDay(text));
  if (unread) return t("days_unread", { text: unread, today: formatDay(today()) });
  if (!since || !until) return t("days_missing");
  if (until < since) return t("days_turned", { first: formatDay(since), last: formatDay(until) });
  if (until > today()) return t("days_future", { today: formatDay(today()) });
  const days = (Date.parse(until) - Date.parse(since)) / DAY_MS + 1;
  return days > MAX_DAYS ? t("days_long", { n: formatNumber(MAX_DAYS) }) : "";
}

// ---- the preview
// By itself a report follows the browser; on the page it follows the page, whose theme may be another one.
function withTheme(html) {
  const { theme } = document.documentElement.dataset;
  return html
    .replace("@media (prefers-color-scheme: dark)", theme === "dark" ? "@media all" : "@media not all")
    .replace("color-scheme: light dark", `color-scheme: ${theme}`)
    .replace('content="light dark"', `content="${theme}"`);
}

function followTheme() {
  const frame = document.querySelector("iframe.sheet");
  if (frame) frame.srcdoc = withTheme(preview.html);
}
new MutationObserver(followTheme).observe(document.documentElement, { attributeFilter: ["data-theme"] });

async function showPreview(node) {
  preview.request?.abort(); // another one is wanted by now
  preview.request = new AbortController();
  const { signal } = preview.request;
  try {
    const report = await runJob(node, REPORT_URL, reportQuery("html"), "report_making", signal);
    if (!report) return;
    preview.html = report.text;
    // A frame without any right: no script, no form, no other origin
    const frame = el("iframe", { class: "sheet", title: t(`report_${chosen.kind}`), sandbox: "" });
    frame.srcdoc = withTheme(preview.html);
    node.replaceChildren(frame);
  } catch (error) {
    node.replaceChildren(errorBox(error));
  }
}

// ---- what is chosen
// A field of our own words: a browser's date field speaks the browser's language, not the page's.
const dayField = (name) =>
  el("input", {
    type: "text",
    id: `lotse-report-${name}`,
    value: chosen[name] ? formatDay(chosen[name]) : chosen.typed[name],
    placeholder: formatDay(today()),
    autocomplete: "off",
    size: 12,
    maxlength: 20,
  });

function daysForm(redraw) {
  if (!chosen.until && !chosen.typed.until) {
    Object.assign(chosen, { until: today(), since: today((FIRST_DAYS - 1) * DAY_MS) });
  }
  const fields = { since: dayField("since"), until: dayField("until") };
  const labels = DAYS.map((name) => el("label", {}, el("span", {}, t(`days_${name}`)), fields[name]));
  const make = el("button", { type: "submit", class: "plain" }, t("report_make"));
  const form = el("form", { class: "days" }, ...labels, make);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const name of DAYS) {
      chosen[name] = parseDay(fields[name].value);
      chosen.typed[name] = fields[name].value.trim();
    }
    redraw();
  });
  return form;
}

function choiceOf(name, labelKey, values, redraw) {
  const choose = (value) => {
    chosen[name] = value;
    redraw();
  };
  const words = values.map((value) => [value, t(`${labelKey}_${value}`)]);
  return switchOf(t(labelKey), words, chosen[name], choose);
}

function saveLink(format) {
  const href = `${REPORT_URL}?${new URLSearchParams(reportQuery(format))}`;
  return el("a", { class: "plain", href, download: `lotse-${chosen.kind}.${format}` }, format.toUpperCase());
}

export function paint(node) {
  const sheet = el("div", { id: "lotse-sheet" });
  const redraw = () => paint(node);
  const days = hasOwnDays() ? daysForm(redraw) : null;
  const wrong = complaint();
  const saves = wrong ? [] : [el("span", { class: "dim" }, t("save_as")), ...FORMS.map(saveLink)];
  const kinds = choiceOf("kind", "report", ["team", "gaps"], redraw);
  const spans = choiceOf("span", "span", ["week", "month", "days"], redraw);
  node.replaceChildren(
    tabHead(t("tab_reports"), el("div", { class: "actions" }, ...saves)),
    el("div", { class: "filters" }, kinds, spans, days),
    el("p", { class: "wrong", role: "alert", id: "lotse-report-wrong" }, wrong),
    sheet,
  );
  if (!wrong) showPreview(sheet);
}
