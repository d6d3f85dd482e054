// Reports: chosen, looked at as they will be handed on, saved.
import { day, dayOf, el, number, page, t, today } from "../page.js";
import { trouble, work } from "./parts.js";

const FORMS = ["html", "md", "csv", "json"];
const MOST_DAYS = 800, DAY_MS = 86_400_000; // as many as the server takes
const chosen = { kind: "team", span: "week", since: "", until: "", typed: { since: "", until: "" } };

const free = () => chosen.span === "days";
const wanted = (format) => ({ kind: chosen.kind, language: page.language, format, ...(free() ? { since: chosen.since, until: chosen.until } : { period: chosen.span }) });
const address = (format) => `/api/v1/report?${new URLSearchParams(wanted(format))}`;

// What is wrong with the days, in words; nothing where they make a report
function wrong() {
  const { since, until, typed } = chosen;
  if (!free()) return "";
  const unread = Object.values(typed).find((text) => text && !dayOf(text));
  if (unread) return t("days_unread", { text: unread, today: day(today()) });
  if (!since || !until) return t("days_missing");
  if (until < since) return t("days_turned", { first: day(since), last: day(until) });
  if (until > today()) return t("days_future", { today: day(today()) });
  if ((Date.parse(until) - Date.parse(since)) / DAY_MS >= MOST_DAYS) return t("days_long", { n: number(MOST_DAYS) });
  return "";
}

let making = null, shown = "";

// By itself a report follows the browser; on the page it follows the page, whose theme may be another one.
function themed(html) {
  const { theme } = document.documentElement.dataset;
  return html.replace("@media (prefers-color-scheme: dark)", theme === "dark" ? "@media all" : "@media not all")
    .replace("color-scheme: light dark", `color-scheme: ${theme}`).replace('content="light dark"', `content="${theme}"`);
}

new MutationObserver(() => { const frame = document.querySelector("iframe.sheet"); if (frame) frame.srcdoc = themed(shown); })
  .observe(document.documentElement, { attributeFilter: ["data-theme"] });

async function preview(place) {
  making?.abort(); // another one is wanted by now
  const { signal } = (making = new AbortController());
  try {
    const made = await work(place, "/api/v1/report", wanted("html"), "report_making", signal);
    if (!made) return;
    const frame = el("iframe", { class: "sheet", title: t(`report_${chosen.kind}`), sandbox: "" });
    shown = made.text;
    frame.srcdoc = themed(shown); // in a frame without any right: no script, no form, no other origin
    place.replaceChildren(frame);
  } catch (error) { place.replaceChildren(trouble(error)); }
}

function pickDays(again) {
  if (!chosen.until && !chosen.typed.until) Object.assign(chosen, { until: today(), since: today(27 * DAY_MS) });
  // A field of our own words: a browser's date field speaks the browser's language, not the page's.
  const field = (name) => el("input", { type: "text", id: `lotse-report-${name}`, value: chosen[name] ? day(chosen[name]) : chosen.typed[name], placeholder: day(today()), autocomplete: "off", size: 12, maxlength: 20 });
  const fields = { since: field("since"), until: field("until") };
  const form = el("form", { class: "days" }, ...["since", "until"].map((name) => el("label", {}, el("span", {}, t(`days_${name}`)), fields[name])), el("button", { type: "submit", class: "plain" }, t("report_make")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const [name, node] of Object.entries(fields)) { chosen[name] = dayOf(node.value); chosen.typed[name] = node.value.trim(); }
    again();
  });
  return form;
}

export function paint(place) {
  const sheet = el("div", { id: "lotse-sheet" });
  const again = () => paint(place);
  const choose = (name, value, key) => el("button", { type: "button", "aria-pressed": chosen[name] === value, on: () => { chosen[name] = value; again(); } }, t(key));
  const group = (name, label, ...values) => el("div", { class: "switch", role: "group", "aria-label": t(label) }, ...values.map((value) => choose(name, value, `${label}_${value}`)));
  const save = (format) => el("a", { class: "plain", href: address(format), download: `lotse-${chosen.kind}.${format}` }, format.toUpperCase());
  const picked = free() ? pickDays(again) : null;
  const told = wrong();
  place.replaceChildren(
    el("div", { class: "line head" }, el("h1", {}, t("tab_reports")), el("div", { class: "actions" }, told ? null : [el("span", { class: "dim" }, t("save_as")), ...FORMS.map(save)])),
    el("div", { class: "filters" }, group("kind", "report", "team", "gaps"), group("span", "span", "week", "month", "days"), picked),
    el("p", { class: "wrong", role: "alert", id: "lotse-report-wrong" }, told),
    sheet);
  if (!told) preview(sheet);
}
