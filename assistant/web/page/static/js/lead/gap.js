// One gap: what customers asked, the proof of its cause, how its priority adds up, its history.
import { button, el, formatDay, formatMoment, formatNumber, languageName, productName, t } from "../page.js";
import { actions, forgetForms } from "./gap-actions.js";
import { label, langOf, load, openOnDesk, tableOf } from "./parts.js";
import { wordingsOf } from "./wordings.js";

const MAX_WORDINGS = 6; // before the rest is folded
const MAX_NEAREST = 5;

// board: the board that the gap stands on, as { changed, choose, others }
export function showGap(node, gap_id, board) {
  return load(node, `/api/v1/gaps/${encodeURIComponent(gap_id)}`, (gap) => draw(node, gap, board));
}

const fold = (summary, ...parts) => el("details", {}, el("summary", {}, summary), ...parts);
const articleLink = (article) =>
  button("link", () => openOnDesk(article), article.title || article.article_id, { lang: article.language });

function draw(node, gap, board) {
  const message = el("p", { class: "said", role: "status" });
  const job = el("div");
  // The gap as it is after an action
  const redraw = (changed) => {
    forgetForms(gap.gap_id);
    board.changed();
    node.replaceChildren(...draw(node, changed, board));
    return node.querySelector(".said");
  };
  return [
    el("h2", { lang: langOf(gap.language) }, gap.title),
    facts(gap),
    cause(gap),
    actions(gap, { board, redraw, message, job }),
    message,
    job,
    proof(gap),
    questions(gap),
    label(t("nearest")),
    nearest(gap),
    fold(t("priority_why"), arithmetic(gap)),
    fold(t("history"), el("ol", { class: "history" }, ...gap.history.map(historyLine))),
  ];
}

function facts(gap) {
  const owner = gap.owner ? t("owned_by", { name: gap.owner }) : t("no_owner");
  const words = [gap.gap_id, t(`state_${gap.state}`), owner, languageName(gap.language)];
  if (gap.products.length) words.push(gap.products.map(productName).join(", "));
  return el("p", { class: "facts" }, ...words.map((word) => el("span", {}, word)));
}

function cause({ cause }) {
  const name = el("span", { class: "tag" }, t(`cause_${cause}`));
  return el("p", { class: "cause" }, name, ` ${t(`cause_${cause}_why`)} `, el("b", {}, t(`do_${cause}`)));
}

function nearest({ nearest }) {
  if (!nearest.length) return el("p", { class: "dim" }, t("nearest_none"));
  const row = (article) => {
    const score = el("span", { class: "meta" }, formatNumber(article.score, 2));
    return el("li", { class: "plain-row" }, articleLink(article), score);
  };
  return el("ul", { class: "rows" }, ...nearest.slice(0, MAX_NEAREST).map(row));
}

// ---- the proof of its cause
function proof(gap) {
  const { article, sentence, rank, left, right } = gap.evidence;
  const sides = [left, right].filter((side) => side && typeof side === "object");
  if (sides.length === 2) {
    return el("div", {}, label(t("proof_conflict")), el("div", { class: "sides" }, ...sides.map(conflictSide)));
  }
  if (!article) return el("p", { class: "dim" }, t("proof_none"));
  const isOnlyNear = ["missing", "out_of_scope"].includes(gap.cause);
  return el(
    "div",
    {},
    label(t(isOnlyNear ? "proof_near" : "proof")),
    el("blockquote", { lang: langOf(article.language) }, el("p", {}, sentence || ""), articleLink(article)),
    rank ? el("p", { class: "dim" }, t("proof_rank", { n: formatNumber(rank) })) : null,
  );
}

const conflictSide = (side) =>
  el("blockquote", { lang: langOf(side.language) }, el("p", {}, ...markValue(side)), articleLink(side));

// A sentence of a contradiction with what differs in it marked
function markValue({ sentence, value }) {
  const at = value ? sentence.indexOf(value) : -1;
  if (at < 0) return [sentence];
  return [sentence.slice(0, at), el("mark", {}, value), sentence.slice(at + value.length)];
}

// ---- what customers asked
function questions(gap) {
  const rows = wordingsOf(gap).map(wordingRow);
  const rest = rows.slice(MAX_WORDINGS);
  const { questions: asked, actors, tickets } = gap.demand;
  const counts = [t("asked_questions", { n: formatNumber(asked) }), t("asked_people", { n: formatNumber(actors) })];
  if (tickets) counts.push(t("asked_tickets", { n: formatNumber(tickets) }));
  const more = t("more_n", { n: formatNumber(rest.length) });
  return el(
    "div",
    {},
    label(counts.join(" · ")),
    el("ul", { class: "rows" }, ...rows.slice(0, MAX_WORDINGS)),
    rest.length ? fold(more, el("ul", { class: "rows" }, ...rest)) : null,
  );
}

function wordingRow(wording) {
  const parts = [formatDay(wording.asked_at)];
  if (wording.kind === "ticket") parts.unshift(t("ticket"));
  if (wording.times > 1) parts.unshift(`${formatNumber(wording.times)} ×`);
  return el(
    "li",
    { class: "plain-row" },
    el("span", { class: "what", lang: langOf(wording.language) }, wording.text),
    el("span", { class: "meta" }, parts.join(" · ")),
  );
}

// ---- how its priority adds up
function arithmetic(gap) {
  const heads = [[t("why_what")], [t("why_count"), "number"], [t("why_each"), "number"], [t("why_value"), "number"]];
  return tableOf(heads, gap.arithmetic.map(termCells), t("priority_hint"));
}

function termCells(term) {
  const name = t(`why_${term.what}`, { gap: term.gap_id });
  if ("factor" in term) return [name, "", "", `× ${formatNumber(term.factor, 2)}`];
  if ("share" in term) return [name, formatNumber(term.questions), "", formatNumber(term.of * term.share, 1)];
  const minutes = t("minutes", { n: formatNumber(term.minutes, 1) });
  return [name, formatNumber(term.count), minutes, formatNumber(term.value, 1)];
}

// ---- its history
function historyLine(entry) {
  const change = entry.from === entry.to ? "" : ` → ${t(`state_${entry.to}`)}`;
  const parts = [formatMoment(entry.at), t(`entry_${entry.kind}`) + change, entry.actor, noteOf(entry)];
  return el("li", {}, parts.filter(Boolean).join(" · "));
}

// What somebody noted, or why a gap opened of itself
function noteOf(entry) {
  const asked = entry.kind === "reopened" && !entry.actor && entry.detail.questions;
  if (!asked) return entry.note;
  const passed = asked.filter((question) => question.passed).length;
  return t("reopened_why", { n: formatNumber(passed), of: formatNumber(asked.length) });
}
