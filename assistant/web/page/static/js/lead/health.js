// Knowledge health: what is wrong with the articles, the most harmful first; contradictions side by side.
import { $, el, number, page, t, tongue } from "../page.js";
import { inOther, isUnderWay, read, trouble, work } from "./parts.js";

const FEW = 10, EXAMINE = "/api/v1/health";
let found = null;

const link = (one) => el("button", { type: "button", class: "link", lang: inOther(one.language), on: () => read(one) }, `${one.title} (${tongue(one.language)})`);

// One side of a difference: the sentence, and the way to where it stands
function side(place, ref) {
  const passage = { citation: { section: place.section, lines: place.lines }, quote: place.sentence };
  return el("blockquote", { lang: inOther(ref.language) }, el("p", {}, place.sentence), el("button", { type: "button", class: "link", on: () => read(ref, passage) }, t("line_n", { n: number(place.lines[0]) })));
}

function finding(one) {
  const words = one.words[page.language];
  const said = words.details.filter((line) => !line.startsWith(" ")); // what is indented is quoted below, side by side
  const differences = one.evidence.differences || [];
  const pair = (found, head) => el("div", {}, el("p", {}, el("b", {}, head)), el("div", { class: "sides" }, side(found.left, one.articles[0]), side(found.right, one.articles[1])));
  const details = said.map((line, place) => (differences[place]?.left?.sentence ? pair(differences[place], line) : el("p", {}, line)));
  return el("li", { class: "case" }, el("p", { class: "line" }, el("span", {}, ...one.articles.flatMap((ref, place) => [place ? " · " : "", link(ref)])), el("span", { class: "meta", title: t("damage_hint") }, t("damage", { n: number(one.damage, 1) }))), ...details, el("p", { class: "dim" }, words.action));
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
    found = (await work($("health-work"), EXAMINE, {}, "health_working")) || found;
    $("health-list")?.replaceChildren(...list());
  } catch (error) { $("health-work")?.replaceChildren(trouble(error)); }
}

export function paint(place) {
  place.replaceChildren(el("div", { class: "line head" }, el("h1", {}, t("tab_health")), el("button", { type: "button", class: found ? "plain" : "primary", on: examine }, t("health_examine"))), el("div", { id: "lotse-health-work" }), el("div", { id: "lotse-health-list" }, ...list()));
  if (isUnderWay(EXAMINE)) examine();
}
