// This week against the last: one line a figure; the gaps that cost most; where the weeks lead.
import { boot, capitalise, el, formatDay, page, t } from "../page.js";
import { gapLink } from "./board.js";
import { chart } from "./chart.js";
import { changeCell, emptyNote, formatFigure, load, switchOf, tabHead } from "./parts.js";

const MAX_GAPS = 5;
const RETRY_MS = 5000; // a fresh demo looks for its gaps while its page is open already
const MAX_RETRIES = 60;
const STATES_UNDER_WAY = ["open", "assigned", "drafting", "review"];
const overview = { span: "week", retries: 0 };

function figureRow({ name, now, before, unit }) {
  const value = el("b", {}, formatFigure(now, unit));
  return el("div", {}, el("dt", {}, capitalise(name)), el("dd", {}, value, changeCell(now, before, unit)));
}

function periodText({ period, before }) {
  return t("against", {
    first: formatDay(period.first),
    last: formatDay(period.last),
    before_first: formatDay(before.first),
    before_last: formatDay(before.last),
  });
}

const sectionOf = (title, content) => el("section", {}, el("h2", { class: "label" }, title), content);

export function paint(node) {
  const parts = {
    days: el("p", { class: "dim" }),
    figures: el("div"),
    gaps: el("div"),
    trend: el("h2", { class: "label" }, t("trend")),
    charts: el("div", { class: "charts" }),
  };
  const chooseSpan = (span) => {
    overview.span = span;
    paint(node);
  };
  const spans = ["week", "month"].map((span) => [span, t(`days_${span}`)]);
  const demo = boot.demo ? [el("p", { class: "demo" }, t("demo_note"))] : [];
  node.replaceChildren(
    tabHead(t(`overview_${overview.span}`), switchOf(t("span"), spans, overview.span, chooseSpan)),
    parts.days,
    ...demo,
    el("div", { class: "overview" }, sectionOf(t("figures"), parts.figures), sectionOf(t("worst_gaps"), parts.gaps)),
    parts.trend,
    parts.charts,
  );
  loadFigures(parts);
  loadGaps(node, parts.gaps);
}

function loadFigures({ days, figures, trend, charts }) {
  load(figures, `/api/v1/overview?language=${page.language}&span=${overview.span}`, (data) => {
    days.textContent = periodText(data);
    const known = data.charts.some(({ figure }) => data.weeks.some((week) => week[figure] ?? null));
    charts.hidden = !known;
    trend.hidden = !known;
    charts.replaceChildren(...data.charts.map((description) => chart(description, weeksOf(data, description.figure))));
    const blocks = [];
    if (data.figures.length) blocks.push(el("dl", { class: "figures" }, ...data.figures.map(figureRow)));
    if (!known) blocks.push(emptyNote("overview_empty"));
    return blocks;
  });
}

const weeksOf = ({ weeks }, figure) =>
  weeks.map((week) => ({ first: week.first, last: week.last, value: week[figure] }));

function loadGaps(tab, node) {
  const states = new URLSearchParams(STATES_UNDER_WAY.map((state) => ["state", state]));
  load(node, `/api/v1/gaps?${states}`, ({ gaps }) => {
    const costly = gaps.filter((gap) => gap.cause !== "out_of_scope").slice(0, MAX_GAPS);
    if (costly.length) {
      const rows = costly.map((gap) => el("li", {}, gapLink(gap)));
      return [el("ul", { class: "rows" }, ...rows), el("p", {}, boardLink("gaps_all"))];
    }
    if (!boot.demo || overview.retries >= MAX_RETRIES) return emptyNote("gaps_none", boardLink("gaps_look"));
    overview.retries += 1;
    setTimeout(() => {
      if (node.isConnected) paint(tab);
    }, RETRY_MS);
    return emptyNote("demo_filling");
  });
}

const boardLink = (key) => el("a", { href: "/?view=lead&tab=gaps", "data-tab": "gaps" }, t(key));
