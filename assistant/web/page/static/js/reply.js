// An answer or an abstention: text, sources with their standing, nearest articles.
import { $, el, isOtherLanguage, languageName, page, reviewedText, setPressed, stateBadge, t } from "./page.js";
import * as pane from "./pane.js";

const MAX_NEAREST = 3;
const articleKey = ({ article_id, language }) => `${article_id}@${language}`;

export function paint(result) {
  $("reply").hidden = !result;
  if (!result) return;
  const { reply, marks } = result;
  paintText(reply, result.told[page.language]);
  const rows = reply.citations.map((citation) => sourceRow(citation, marks[citation.number] || {}, reply.language));
  $("sources-part").hidden = !rows.length;
  $("sources").replaceChildren(...rows);
  paintNearest(reply);
}

function paintText(reply, told) {
  const answer = $("answer");
  if (reply.status === "answered") {
    answer.innerHTML = told.answer_html; // sanitised by the server
    answer.lang = reply.citations[0]?.language || reply.language;
    pane.settleHtml(answer);
  } else {
    answer.replaceChildren(el("p", { class: "reason" }, told.reason || ""));
    answer.lang = page.language;
  }
  for (const cite of answer.querySelectorAll(".cite")) {
    cite.setAttribute("aria-label", t("open_source", { number: cite.dataset.cite }));
  }
}

function paintNearest(reply) {
  const answered = reply.status === "answered";
  const cited = new Set(reply.citations.map(articleKey));
  const others = reply.nearest.filter((article) => !article.same_as && !cited.has(articleKey(article)));
  const nearest = others.slice(0, MAX_NEAREST);
  $("nearest-part").hidden = !nearest.length;
  $("nearest-title").textContent = t(answered ? "nearest_more" : "abstained_note");
  // After an answer comes what is done with it; after an abstention the nearest articles come first.
  if (answered) $("hand").after($("nearest-part"));
  else $("actions").before($("nearest-part"));
  $("nearest").replaceChildren(...nearest.map((article) => nearestRow(article, reply.language)));
}

function sourceTags(citation, marks, language) {
  const tags = [];
  if (isOtherLanguage(citation.language, language)) tags.push(languageName(citation.language));
  if (marks.audience === "internal") tags.push(t("internal"));
  if (marks.superseded) tags.push(t("superseded"));
  return tags.flatMap((word) => [" ", el("span", { class: "tag" }, word)]);
}

function sourceRow(citation, marks, language) {
  const { number, title, section, freshness } = citation;
  const sectionPath = section ? el("small", {}, ` › ${section.replaceAll(" > ", " › ")}`) : null;
  const parts = [
    el("span", { class: "number" }, String(number)),
    el("span", { class: "what" }, title, sectionPath, ...sourceTags(citation, marks, language)),
    el(
      "span",
      { class: "meta" },
      el("span", { class: "whole" }, reviewedText(citation.reviewed_on)),
      " ",
      freshness === "fresh" ? "" : stateBadge(freshness),
    ),
  ];
  const attributes = { type: "button", class: "row", "data-cite": number };
  return el("li", {}, el("button", { ...attributes, "aria-keyshortcuts": number < 10 ? number : null }, ...parts));
}

function nearestRow(article, language) {
  const { article_id, title, language: own } = article;
  const attributes = { type: "button", class: "row", "data-near": articleKey(article) };
  const meta = isOtherLanguage(own, language) ? languageName(own) : "";
  const row = el(
    "button",
    { ...attributes, on: () => pane.open(article_id, own) },
    el("span", { class: "what", lang: own }, title),
    el("span", { class: "meta" }, meta),
  );
  return el("li", {}, row);
}

// Which source or article is open at the right: { id, language, citation }, or nothing
export function markOpen(open) {
  for (const node of $("desk").querySelectorAll("[data-cite]")) {
    setPressed(node, Number(node.dataset.cite) === open?.citation?.number);
  }
  const openKey = open && !open.citation ? `${open.id}@${open.language}` : null;
  for (const node of $("desk").querySelectorAll("[data-near]")) setPressed(node, node.dataset.near === openKey);
}
