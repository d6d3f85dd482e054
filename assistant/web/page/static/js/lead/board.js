// The gap board: filters, one row a gap, the chosen one at the right.
import {
  $,
  boot,
  button,
  el,
  formatDay,
  formatNumber,
  isNarrow,
  languageName,
  page,
  productName,
  setPressed,
  t,
} from "../page.js";
import { showGap } from "./gap.js";
import { isUnderWay, runJob } from "./jobs.js";
import { emptyNote, errorBox, langOf, load, tabHead } from "./parts.js";

const FIND_URL = "/api/v1/gaps/find";
const STATES = ["open", "assigned", "drafting", "review", "snoozed", "verified", "declined"];
const CAUSES = ["missing", "findability", "stale", "conflict", "language", "restricted", "weak", "out_of_scope"];
const UNDER_WAY = ["open", "assigned", "drafting", "review"];
const NOBODY = "-";
const ROWS_AT_ONCE = 100;
const board = { chosen: "", gaps: [], shown: ROWS_AT_ONCE };
const filter = { state: "", cause: "", owner: "", language: "", product: "" };

const gapUrl = (gap_id) => `/?view=lead&tab=gaps&gap=${gap_id}`;
const gapRows = () => [...document.querySelectorAll("[data-gap-row]")];

// ---- rows
function gapParts(gap) {
  const asked = t("asked_n", { n: formatNumber(gap.demand.questions + gap.demand.tickets) });
  const last = t("last_asked", { date: formatDay(gap.last_seen) });
  const facts = [asked, last, gap.owner || t("no_owner"), t(`state_${gap.state}`)];
  const cause = el("span", { class: "tag", title: t(`cause_${gap.cause}_why`) }, t(`cause_${gap.cause}`));
  return [
    el("span", { class: "what", lang: langOf(gap.language) }, gap.title),
    el("span", { class: "meta" }, cause, ` ${facts.join(" · ")}`),
  ];
}

// A row that leads to the gap on its board
export function gapLink(gap) {
  const attributes = { class: "row gap", href: gapUrl(gap.gap_id), "data-tab": "gaps", "data-gap": gap.gap_id };
  return el("a", attributes, ...gapParts(gap));
}

function gapRow(gap) {
  const attributes = { type: "button", class: "row gap", "data-gap-row": gap.gap_id };
  const priority = el("span", { class: "number", title: t("priority_hint") }, formatNumber(gap.priority, 0));
  return el(
    "button",
    { ...attributes, "aria-pressed": board.chosen === gap.gap_id, on: () => choose(gap.gap_id) },
    ...gapParts(gap),
    priority,
  );
}

function choose(gap_id) {
  board.chosen = gap_id;
  history.replaceState(null, "", gapUrl(gap_id));
  for (const row of gapRows()) setPressed(row, row.dataset.gapRow === gap_id);
  // The way on is into the detail; where it lies above the list, that too has to be seen.
  $("gap-detail").focus({ preventScroll: !isNarrow() });
  return showChosen();
}

const showChosen = () => showGap($("gap-detail"), board.chosen, boardOfGap);

// What a gap's detail needs to know of the board around it
const boardOfGap = {
  changed: () => reload(),
  choose,
  others: (gap_id) => board.gaps.filter((gap) => gap.gap_id !== gap_id),
};

// ---- the list
function isWanted(gap) {
  if (filter.cause && gap.cause !== filter.cause) return false;
  if (filter.owner && (gap.owner || NOBODY) !== filter.owner) return false;
  if (filter.language && gap.language.slice(0, 2) !== filter.language) return false;
  return !filter.product || gap.products.includes(filter.product);
}

function list() {
  const gaps = board.gaps.filter(isWanted);
  const isNarrowed = Object.values(filter).some(Boolean);
  if (!gaps.length && !isNarrowed) return [emptyNote("gaps_begin")];
  if (!gaps.length) return [emptyNote("gaps_none_fit", button("plain", dropFilters, t("filters_drop")))];
  const count = gaps.length === 1 ? t("gaps_one") : t("gaps_n", { n: formatNumber(gaps.length) });
  const rows = gaps.slice(0, board.shown).map(gapRow);
  if (gaps.length > board.shown) rows.push(button("row", showMore, t("found_more")));
  const items = rows.map((row) => el("li", {}, row));
  return [el("p", { class: "label", role: "status" }, count), el("ul", { class: "rows" }, ...items)];
}

function showMore() {
  const first = board.shown;
  board.shown += ROWS_AT_ONCE;
  redrawList();
  gapRows()[first]?.focus();
}

const redrawList = () => $("gap-list")?.replaceChildren(...list());

function reload() {
  const states = filter.state ? [filter.state] : UNDER_WAY;
  const query = new URLSearchParams(states.map((state) => ["state", state]));
  return load($("gap-list"), `/api/v1/gaps?${query}`, ({ gaps }) => {
    board.gaps = gaps;
    $("gap-filters").replaceChildren(...filters());
    $("gap-detail").hidden = !gaps.length && !board.chosen; // nothing to choose from
    return list();
  });
}

// ---- filters
function dropFilters() {
  for (const name of Object.keys(filter)) filter[name] = "";
  reload();
}

// One choice: everything, or one of the values, each with its words; what nobody can choose is not offered.
function filterChoice(name, labelKey, values, wordsOf, change = redrawList) {
  if (!values.length) return [];
  const option = (value) => el("option", { value, selected: filter[name] === value }, wordsOf(value));
  const all = el("option", { value: "" }, t(`${name}_all`));
  const select = el("select", { "data-filter": name }, all, ...values.map(option));
  select.addEventListener("change", () => {
    filter[name] = select.value;
    board.shown = ROWS_AT_ONCE;
    change();
  });
  return [el("label", {}, el("span", {}, t(labelKey)), select)];
}

function owners() {
  const me = page.me.signed_in ? [page.me.name] : [];
  const chosen = filter.owner ? [filter.owner] : [];
  return [...new Set([...me, ...board.gaps.map((gap) => gap.owner || NOBODY), ...chosen])].sort();
}

function ownerWords(owner) {
  if (owner === NOBODY) return t("no_owner");
  const isMe = page.me.signed_in && owner === page.me.name;
  return isMe ? t("owner_me", { name: owner }) : owner;
}

// One language is no choice, unless it was chosen while there were more.
function languages() {
  const chosen = filter.language ? [filter.language] : [];
  const all = [...new Set([...board.gaps.map((gap) => gap.language.slice(0, 2)), ...chosen])].sort();
  return all.length > 1 || filter.language ? all : [];
}

const filters = () => [
  ...filterChoice("state", "state", STATES, (state) => t(`state_${state}`), reload),
  ...filterChoice("cause", "cause", CAUSES, (cause) => t(`cause_${cause}`)),
  ...filterChoice("owner", "owner", owners(), ownerWords),
  ...filterChoice("language", "asked_language", languages(), languageName),
  ...filterChoice("product", "product", Object.keys(boot.products), productName),
];

// ---- looking for gaps
async function findGaps() {
  const node = $("gap-work");
  try {
    if (await runJob(node, FIND_URL, {}, "gaps_looking")) await reload();
  } catch (error) {
    node.replaceChildren(errorBox(error));
  }
}

export function paint(node, query) {
  board.chosen = query.get("gap") || "";
  const detail = { class: "detail", id: "lotse-gap-detail", "aria-label": t("gap_detail"), tabindex: "-1" };
  const hint = board.chosen ? null : el("p", { class: "hollow" }, t("gap_choose"));
  node.replaceChildren(
    tabHead(t("tab_gaps"), button("plain", findGaps, t("gaps_look"))),
    el("div", { id: "lotse-gap-work" }),
    el("div", { class: "filters", id: "lotse-gap-filters" }, ...filters()),
    el("div", { class: "board" }, el("div", { id: "lotse-gap-list" }), el("section", detail, hint)),
  );
  reload();
  if (isUnderWay(FIND_URL)) findGaps();
  if (board.chosen) showChosen();
}

// Up and down go along the rows, Enter opens one, Escape leads back to it.
export function key(event) {
  const rows = gapRows();
  const index = rows.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && index >= 0 && rows[index + step]) {
    event.preventDefault();
    rows[index + step].focus();
  }
  if (event.key === "Escape" && $("gap-detail").contains(document.activeElement)) {
    rows.find((row) => row.dataset.gapRow === board.chosen)?.focus();
  }
}
