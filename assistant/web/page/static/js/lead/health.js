// Knowledge health: what is wrong with the articles, the most harmful first; contradictions side by side.
import { $, button, el, formatNumber, languageName, page, t } from "../page.js";
import { isUnderWay, runJob } from "./jobs.js";
import { errorBox, langOf, openOnDesk, tabHead } from "./parts.js";

const HEALTH_URL = "/api/v1/health";
const MAX_FIRST = 10; // findings of a kind before the rest is folded
const OPEN_KINDS = 2;
let report = null;

export function paint(node) {
  const examineButton = button(report ? "plain" : "primary", examine, t("health_examine"));
  node.replaceChildren(
    tabHead(t("tab_health"), examineButton),
    el("div", { id: "lotse-health-work" }),
    el("div", { id: "lotse-health-list" }, ...list()),
  );
  if (isUnderWay(HEALTH_URL)) examine();
}

async function examine() {
  try {
    report = (await runJob($("health-work"), HEALTH_URL, {}, "health_working")) || report;
    $("health-list")?.replaceChildren(...list());
  } catch (error) {
    $("health-work")?.replaceChildren(errorBox(error));
  }
}

function list() {
  if (!report) return [el("p", { class: "hollow" }, t("health_start"))];
  const { findings, articles } = report;
  if (!findings.length) return [el("p", { class: "hollow" }, t("health_none", { n: formatNumber(articles) }))];
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  return kinds.map((kind, index) =>
    kindOf(
      findings.filter((finding) => finding.kind === kind),
      index < OPEN_KINDS,
    ),
  );
}

function kindOf(findings, open) {
  const title = `${findings[0].words[page.language].kind} (${formatNumber(findings.length)})`;
  const rest = findings.slice(MAX_FIRST);
  return el(
    "details",
    { class: "kind", open },
    el("summary", {}, title),
    caseList(findings.slice(0, MAX_FIRST)),
    rest.length
      ? el("details", {}, el("summary", {}, t("more_n", { n: formatNumber(rest.length) })), caseList(rest))
      : null,
  );
}

const caseList = (findings) => el("ul", { class: "cases" }, ...findings.map(findingCase));

function findingCase(finding) {
  const { details, action } = finding.words[page.language];
  const lines = details.filter((line) => !line.startsWith(" ")); // what is indented is quoted below, side by side
  const differences = finding.evidence.differences || [];
  const links = finding.articles.flatMap((article, index) => [index ? " · " : "", articleLink(article)]);
  const damage = t("damage", { n: formatNumber(finding.damage, 1) });
  return el(
    "li",
    { class: "case" },
    el(
      "p",
      { class: "line" },
      el("span", {}, ...links),
      el("span", { class: "meta", title: t("damage_hint") }, damage),
    ),
    ...lines.map((line, index) => detail(line, differences[index], finding.articles)),
    el("p", { class: "dim" }, action),
  );
}

function detail(line, difference, [leftArticle, rightArticle]) {
  if (!difference?.left?.sentence) return el("p", {}, line);
  const { left, right } = difference;
  const sides = el("div", { class: "sides" }, sideOf(left, leftArticle), sideOf(right, rightArticle));
  return el("div", {}, el("p", {}, el("b", {}, line)), sides);
}

// One side of a difference: the sentence, and the way to its line in the article
function sideOf({ section, lines, sentence }, article) {
  const passage = { citation: { section, lines }, quote: sentence };
  const line = t("line_n", { n: formatNumber(lines[0]) });
  const link = button("link", () => openOnDesk(article, passage), line);
  return el("blockquote", { lang: langOf(article.language) }, el("p", {}, sentence), link);
}

function articleLink(article) {
  const words = `${article.title} (${languageName(article.language)})`;
  return button("link", () => openOnDesk(article), words, { lang: langOf(article.language) });
}
