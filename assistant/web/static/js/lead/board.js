// The gap board: filters, one row a gap, the chosen one at the right.
import { $, day, el, number, page, t } from "../page.js";
import { call } from "../http.js";
import { empty, fill, inOther, trouble, work } from "./parts.js";
import * as detail from "./gap.js";

const STATES = ["open", "assigned", "drafting", "review", "snoozed", "verified", "declined"];
const CAUSES = ["missing", "findability", "stale", "conflict", "language", "restricted", "weak", "out_of_scope"];
const UNDER_WAY = ["open", "assigned", "drafting", "review"];
const PAGE = 100;
const board = { state: "", cause: "", mine: false, chosen: "", gaps: [], shown: PAGE };

export function row(gap, { link = false } = {}) {
  const asked = gap.demand.questions + gap.demand.tickets;
  const parts = [
    el("span", { class: "what", lang: inOther(gap.language) }, gap.title),
    el("span", { class: "meta" }, el("span", { class: "tag", title: t(`cause_${gap.cause}_why`) }, t(`cause_${gap.cause}`)), " ",
      t("asked_n", { n: number(asked) }), " · ", t("last_asked", { date: day(gap.last_seen) }), " · ", gap.owner || t("no_owner"), " · ", t(`state_${gap.state}`)),
  ];
  return link
    ? el("a", { class: "row gap", href: `/?view=lead&tab=gaps&gap=${gap.gap_id}`, "data-tab": "gaps", "data-gap": gap.gap_id }, ...parts)
    : el("button", { type: "button", class: "row gap", "data-gap-row": gap.gap_id, "aria-pressed": board.chosen === gap.gap_id, on: () => choose(gap.gap_id) }, ...parts, el("span", { class: "number", title: t("priority_hint") }, number(gap.priority, 0)));
}

function choose(gap_id) {
  board.chosen = gap_id;
  history.replaceState(null, "", `/?view=lead&tab=gaps&gap=${gap_id}`);
  for (const node of document.querySelectorAll("[data-gap-row]")) node.setAttribute("aria-pressed", node.dataset.gapRow === gap_id);
  detail.show($("gap-detail"), gap_id, reload);
}

function list() {
  const found = board.gaps.filter((gap) => (!board.cause || gap.cause === board.cause) && (!board.mine || gap.owner === page.me.name));
  const more = found.length > board.shown ? [el("li", {}, el("button", { type: "button", class: "row", on: () => { board.shown += PAGE; redraw(); } }, t("found_more")))] : [];
  const count = el("p", { class: "label", role: "status" }, found.length === 1 ? t("gaps_one") : t("gaps_n", { n: number(found.length) }));
  if (!board.gaps.length && !board.state) return [empty("gaps_none")];
  return [count, el("ul", { class: "rows" }, ...found.slice(0, board.shown).map((gap) => el("li", {}, row(gap))), ...more)];
}

const redraw = () => $("gap-list")?.replaceChildren(...list());

function reload() {
  const states = board.state ? [board.state] : UNDER_WAY;
  return fill($("gap-list"), () => call(`/api/v1/gaps?${new URLSearchParams(states.map((state) => ["state", state]))}`), ({ gaps }) => { board.gaps = gaps; return list(); });
}

async function look() {
  const place = $("gap-work");
  try {
    if (await work(place, "/api/v1/gaps/find", {}, "gaps_looking")) await reload();
  } catch (error) { place.replaceChildren(trouble(error)); }
}

export function paint(place, wanted) {
  board.chosen = wanted.get("gap") || "";
  const pick = (name, words, values, change) => el("label", {}, el("span", {}, t(words)), (() => {
    const select = el("select", {}, el("option", { value: "" }, t(`${name}_all`)), ...values.map((one) => el("option", { value: one, selected: board[name] === one }, t(`${name}_${one}`))));
    select.addEventListener("change", () => { board[name] = select.value; board.shown = PAGE; change(); });
    return select;
  })());
  const mine = el("input", { type: "checkbox", checked: board.mine });
  mine.addEventListener("change", () => { board.mine = mine.checked; redraw(); });
  place.replaceChildren(
    el("div", { class: "line head" }, el("h1", {}, t("tab_gaps")), el("button", { type: "button", class: "plain", on: look }, t("gaps_look"))),
    el("div", { id: "lotse-gap-work" }),
    el("div", { class: "filters" }, pick("state", "state", STATES, reload), pick("cause", "cause", CAUSES, redraw), page.me.signed_in ? el("label", { class: "check" }, mine, t("mine")) : null),
    el("div", { class: "board" }, el("div", { id: "lotse-gap-list" }), el("section", { class: "detail", id: "lotse-gap-detail", "aria-label": t("gap_detail"), tabindex: "-1" }, board.chosen ? null : el("p", { class: "hollow" }, t("gap_choose")))));
  reload();
  if (board.chosen) detail.show($("gap-detail"), board.chosen, reload);
}
