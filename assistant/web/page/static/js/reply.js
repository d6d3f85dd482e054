// An answer or an abstention: text, sources with their standing, nearest articles.
import { $, el, foreign, page, reviewed, state, t, tongue } from "./page.js";
import * as pane from "./pane.js";

const NEAR = 3;

export function paint(result) {
  $("reply").hidden = !result;
  if (!result) return;
  const { reply, marks } = result, told = result.told[page.language], answered = reply.status === "answered";
  if (answered) {
    $("answer").innerHTML = told.answer_html; // sanitised by the server
    pane.settle($("answer"));
  } else $("answer").replaceChildren(el("p", { class: "reason" }, told.reason || ""));
  $("answer").lang = answered ? reply.citations[0]?.language || reply.language : page.language;
  for (const button of $("answer").querySelectorAll(".cite")) button.setAttribute("aria-label", t("open_source", { number: button.dataset.cite }));
  $("sources-part").hidden = !reply.citations.length;
  $("sources").replaceChildren(...reply.citations.map((one) => sourceRow(one, marks[one.number] || {}, reply.language)));
  const cited = new Set(reply.citations.map((one) => `${one.article_id}@${one.language}`));
  const near = reply.nearest.filter((one) => !one.same_as && !cited.has(`${one.article_id}@${one.language}`)).slice(0, NEAR);
  $("nearest-part").hidden = !near.length;
  $("nearest-title").textContent = t(answered ? "nearest_more" : "abstained_note");
  // After an answer comes what is done with it; after an abstention the nearest articles come first.
  if (answered) $("hand").after($("nearest-part")); else $("actions").before($("nearest-part"));
  $("nearest").replaceChildren(...near.map((one) => nearRow(one, reply.language)));
}

function sourceRow(one, marks, language) {
  const place = one.section ? [one.title, el("small", {}, ` › ${one.section.replaceAll(" > ", " › ")}`)] : [one.title];
  const tags = [
    foreign(one.language, language) ? tongue(one.language) : "",
    marks.audience === "internal" ? t("internal") : "",
    marks.superseded ? t("superseded") : "",
  ].filter(Boolean);
  const row = el("button", { type: "button", class: "row", "data-cite": one.number, "aria-keyshortcuts": one.number < 10 ? one.number : null },
    el("span", { class: "number" }, String(one.number)),
    el("span", { class: "what" }, ...place, ...tags.flatMap((word) => [" ", el("span", { class: "tag" }, word)])),
    el("span", { class: "meta" }, el("span", { class: "whole" }, reviewed(one.reviewed_on)), " ", one.freshness === "fresh" ? "" : state(one.freshness)));
  return el("li", {}, row);
}

function nearRow(one, language) {
  const other = foreign(one.language, language) ? tongue(one.language) : "";
  return el("li", {}, el("button", { type: "button", class: "row", "data-near": `${one.article_id}@${one.language}`, on: () => pane.open(one.article_id, one.language) },
    el("span", { class: "what", lang: one.language }, one.title), el("span", { class: "meta" }, other)));
}

// Which source or article is open at the right
export function mark(open) {
  for (const node of $("desk").querySelectorAll("[data-cite]")) node.setAttribute("aria-pressed", Number(node.dataset.cite) === open?.citation?.number);
  for (const node of $("desk").querySelectorAll("[data-near]")) node.setAttribute("aria-pressed", Boolean(open && !open.citation && node.dataset.near === `${open.id}@${open.language}`));
  page.opened = open;
}
