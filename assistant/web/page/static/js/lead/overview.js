// This week against the last: one line a figure; the gaps that cost most; where the weeks lead.
import { boot, day, el, page, t, upper } from "../page.js";
import { call } from "../http.js";
import { change, empty, figure, fill } from "./parts.js";
import { chart } from "./chart.js";
import { row } from "./board.js";

const WORST = 5;
const AGAIN_MS = 5000, MOST_TRIES = 60; // a fresh demo looks for its gaps while its page is open already
let tries = 0;
let span = "week";

const figures = (data) => el("dl", { class: "figures" }, ...data.figures.map((one) => el("div", {}, el("dt", {}, upper(one.name)), el("dd", {}, el("b", {}, figure(one.now, one.unit)), change(one.now, one.before, one.unit)))));

export function paint(place) {
  const choose = (which) => el("button", { type: "button", "aria-pressed": span === which, on: () => { span = which; paint(place); } }, t(`days_${which}`));
  const days = el("p", { class: "dim" }), left = el("div"), worst = el("div"), charts = el("div", { class: "charts" }), trend = el("h2", { class: "label" }, t("trend"));
  place.replaceChildren(...[
    el("div", { class: "line head" }, el("h1", {}, t(`overview_${span}`)), el("div", { class: "switch", role: "group", "aria-label": t("span") }, choose("week"), choose("month"))),
    days,
    boot.demo ? el("p", { class: "demo" }, t("demo_note")) : null,
    el("div", { class: "overview" }, el("section", {}, el("h2", { class: "label" }, t("figures")), left), el("section", {}, el("h2", { class: "label" }, t("worst_gaps")), worst)),
    trend, charts].filter(Boolean));
  fill(left, () => call(`/api/v1/overview?language=${page.language}&span=${span}`), (data) => {
    days.textContent = t("against", { first: day(data.period.first), last: day(data.period.last), before_first: day(data.before.first), before_last: day(data.before.last) });
    const known = data.charts.some((one) => data.weeks.some((week) => week[one.figure] ?? null));
    charts.hidden = trend.hidden = !known;
    charts.replaceChildren(...data.charts.map((one) => chart(one, data.weeks.map((week) => ({ first: week.first, last: week.last, value: week[one.figure] })))));
    return [data.figures.length ? figures(data) : null, known ? null : empty("overview_empty")].filter(Boolean);
  });
  const open = new URLSearchParams(["open", "assigned", "drafting", "review"].map((state) => ["state", state]));
  fill(worst, () => call(`/api/v1/gaps?${open}`), ({ gaps }) => {
    const found = gaps.filter((gap) => gap.cause !== "out_of_scope").slice(0, WORST);
    if (!found.length && boot.demo && tries < MOST_TRIES) {
      tries += 1;
      setTimeout(() => { if (worst.isConnected) paint(place); }, AGAIN_MS);
      return empty("demo_filling");
    }
    if (!found.length) return empty("gaps_none", el("a", { href: "/?view=lead&tab=gaps", "data-tab": "gaps" }, t("gaps_look")));
    return [el("ul", { class: "rows" }, ...found.map((gap) => el("li", {}, row(gap, { link: true })))), el("p", {}, el("a", { href: "/?view=lead&tab=gaps", "data-tab": "gaps" }, t("gaps_all")))];
  });
}
