// The gap board: filters, one row a gap, the chosen one at the right.
import { $, boot, day, el, narrow, number, page, productName, t, tongue } from "../page.js";
import { call } from "../http.js";
import { empty, fill, inOther, isUnderWay, trouble, work } from "./parts.js";
import * as detail from "./gap.js";

const FIND = "/api/v1/gaps/find";
const STATES = ["open", "assigned", "drafting", "review", "snoozed", "verified", "declined"];
const CAUSES = ["missing", "findability", "stale", "conflict", "language", "restricted", "weak", "out_of_scope"];
const UNDER_WAY = ["open", "assigned", "drafting", "review"];
const NOBODY = "-";
const PAGE = 100;
const board = { chosen: "", gaps: [], shown: PAGE };
const only = { state: "", cause: "", owner: "", language: "", product: "" };

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

const mark = () => { for (const node of document.querySelectorAll("[data-gap-row]")) node.setAttribute("aria-pressed", node.dataset.gapRow === board.chosen); };

function choose(gap_id) {
  board.chosen = gap_id;
  history.replaceState(null, "", `/?view=lead&tab=gaps&gap=${gap_id}`);
  mark();
  // The way on is into the detail; where it lies above the list, that too has to be seen.
  $("gap-detail").focus({ preventScroll: !narrow() });
  return detail.show($("gap-detail"), gap_id, around);
}

// What a gap's detail needs to know of the board around it
const around = { changed: () => reload(), choose, others: (gap_id) => board.gaps.filter((one) => one.gap_id !== gap_id) };

const fits = (gap) => (!only.cause || gap.cause === only.cause) && (!only.owner || gap.owner === (only.owner === NOBODY ? "" : only.owner))
  && (!only.language || gap.language.slice(0, 2) === only.language) && (!only.product || gap.products.includes(only.product));

function list() {
  const found = board.gaps.filter(fits), narrowed = Object.values(only).some(Boolean);
  if (!found.length && !narrowed) return [empty("gaps_begin")];
  if (!found.length) return [empty("gaps_none_fit", el("button", { type: "button", class: "plain", on: unfilter }, t("filters_drop")))];
  const more = found.length > board.shown ? [el("li", {}, el("button", { type: "button", class: "row", on: further }, t("found_more")))] : [];
  const count = el("p", { class: "label", role: "status" }, found.length === 1 ? t("gaps_one") : t("gaps_n", { n: number(found.length) }));
  return [count, el("ul", { class: "rows" }, ...found.slice(0, board.shown).map((gap) => el("li", {}, row(gap))), ...more)];
}

function further() {
  const first = board.shown;
  board.shown += PAGE;
  redraw();
  document.querySelectorAll("[data-gap-row]")[first]?.focus();
}

const redraw = () => $("gap-list")?.replaceChildren(...list());

function reload() {
  const states = only.state ? [only.state] : UNDER_WAY;
  return fill($("gap-list"), () => call(`/api/v1/gaps?${new URLSearchParams(states.map((state) => ["state", state]))}`), ({ gaps }) => {
    board.gaps = gaps;
    $("gap-filters").replaceChildren(...filters());
    $("gap-detail").hidden = !gaps.length && !board.chosen; // nothing to choose from
    return list();
  });
}

function unfilter() {
  for (const name of Object.keys(only)) only[name] = "";
  reload();
}

// One choice: everything, or one of the values, each with its words; what nobody can choose is not offered.
function pick(name, label, values, words, change = redraw) {
  if (!values.length) return null;
  const option = (value) => el("option", { value, selected: only[name] === value }, words(value));
  const select = el("select", { "data-filter": name }, el("option", { value: "" }, t(`${name}_all`)), ...values.map(option));
  select.addEventListener("change", () => { only[name] = select.value; board.shown = PAGE; change(); });
  return el("label", {}, el("span", {}, t(label)), select);
}

function filters() {
  const { name } = page.me;
  const owners = [...new Set([...(page.me.signed_in ? [name] : []), ...board.gaps.map((gap) => gap.owner || NOBODY), ...(only.owner ? [only.owner] : [])])];
  const tongues = [...new Set([...board.gaps.map((gap) => gap.language.slice(0, 2)), ...(only.language ? [only.language] : [])])].sort();
  return [
    pick("state", "state", STATES, (one) => t(`state_${one}`), reload),
    pick("cause", "cause", CAUSES, (one) => t(`cause_${one}`)),
    pick("owner", "owner", owners.sort(), (one) => (one === NOBODY ? t("no_owner") : one === name && page.me.signed_in ? t("owner_me", { name }) : one)),
    pick("language", "asked_language", tongues.length > 1 || only.language ? tongues : [], tongue),
    pick("product", "product", Object.keys(boot.products), productName),
  ].filter(Boolean);
}

async function look() {
  const place = $("gap-work");
  try {
    if (await work(place, FIND, {}, "gaps_looking")) await reload();
  } catch (error) { place.replaceChildren(trouble(error)); }
}

export function paint(place, wanted) {
  board.chosen = wanted.get("gap") || "";
  place.replaceChildren(
    el("div", { class: "line head" }, el("h1", {}, t("tab_gaps")), el("button", { type: "button", class: "plain", on: look }, t("gaps_look"))),
    el("div", { id: "lotse-gap-work" }),
    el("div", { class: "filters", id: "lotse-gap-filters" }, ...filters()),
    el("div", { class: "board" }, el("div", { id: "lotse-gap-list" }), el("section", { class: "detail", id: "lotse-gap-detail", "aria-label": t("gap_detail"), tabindex: "-1" }, board.chosen ? null : el("p", { class: "hollow" }, t("gap_choose")))));
  reload();
  if (isUnderWay(FIND)) look();
  if (board.chosen) detail.show($("gap-detail"), board.chosen, around);
}

// Up and down go along the rows, Enter opens one, Escape leads back to it.
export function key(event) {
  const rows = [...document.querySelectorAll("[data-gap-row]")], at = rows.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && at >= 0 && rows[at + by]) { event.preventDefault(); rows[at + by].focus(); }
  if (event.key === "Escape" && $("gap-detail").contains(document.activeElement)) rows.find((one) => one.dataset.gapRow === board.chosen)?.focus();
}
