// Knowledge health: what is wrong with the articles, the most harmful first; contradictions side by side.
import { $, el, number, page, t, tongue } from "../page.js";
import { show as showView } from "../shell.js";
import * as pane from "../pane.js";
import { trouble, work } from "./parts.js";

const FEW = 10;
let found = null;

const link = (one) => el("button", { type: "button", class: "link", lang: one.language, on: () => { showView("ask"); pane.open(one.article_id, one.language); } }, `${one.title} (${tongue(one.language)})`);

function finding(one) {
  const words = one.words[page.language];
  const details = one.kind === "contradiction" && words.details.length === 3 ? el("div", {}, el("p", {}, el("b", {}, words.details[0])), el("div", { class: "sides" }, ...words.details.slice(1).map((line) => el("blockquote", {}, el("p", {}, line))))) : el("ul", { class: "plain-list" }, ...words.details.map((line) => el("li", {}, line)));
  return el("li", { class: "case" }, el("p", { class: "line" }, el("span", {}, ...one.articles.flatMap((ref, place) => [place ? " · " : "", link(ref)])), el("span", { class: "meta", title: t("damage_hint") }, t("damage", { n: number(one.damage, 1) }))), details, el("p", { class: "dim" }, words.action));
}

function list() {
  if (!found) return [el("p", { class: "hollow" }, t("health_start"))];
  if (!found.findings.length) return [el("p", { class: "hollow" }, t("health_none", { n: number(found.articles) }))];
  const kinds = [...new Set(found.findings.map((one) => one.kind))];
  return kinds.map((kind, place) => {
    const of = found.findings.filter((one) => one.kind === kind);
    const rest = of.slice(FEW);
    return el("details", { class: "kind", open: place < 2 }, el("summary", {}, `${of[0].words[page.language].kind} (${number(of.length)})`), el("ul", { class: "cases" }, ...of.slice(0, FEW).map(finding)), rest.length ? el("details", {}, el("summary", {}, t("more_n", { n: number(rest.length) })), el("ul", { class: "cases" }, ...rest.map(finding))) : null);
  });
}

async function examine() {
  try {
    found = (await work($("health-work"), "/api/v1/health", {}, "health_working")) || found;
    $("health-list")?.replaceChildren(...list());
  } catch (error) { $("health-work")?.replaceChildren(trouble(error)); }
}

export function paint(place) {
  place.replaceChildren(el("div", { class: "line head" }, el("h1", {}, t("tab_health")), el("button", { type: "button", class: found ? "plain" : "primary", on: examine }, t("health_examine"))), el("div", { id: "lotse-health-work" }), el("div", { id: "lotse-health-list" }, ...list()));
}
