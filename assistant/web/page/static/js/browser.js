// The articles: a tree of products and tags, search as somebody types, the article at the right.
import { $, boot, el, number, onWords, page, productName, reviewed, state, t, tongue, upper } from "./page.js";
import { call, failure } from "./http.js";
import * as pane from "./pane.js";

const PAUSE_MS = 120; // between two keys nobody waits for a list
const browse = { topics: null, chosen: { kind: "", name: "" }, found: null, limit: 50, late: 0, asked: 0 };

const language = () => $("find-language").value;
const audience = () => document.querySelector("input[name=find-audience]:checked").value;
const query = (more = {}) => new URLSearchParams(Object.entries({ language: language(), audience: audience(), ...more }).filter(([, value]) => value));

async function load() {
  const turn = ++browse.asked;
  const { kind, name } = browse.chosen;
  try {
    const [topics, found] = await Promise.all([
      call(`/api/v1/topics?${query()}`),
      call(`/api/v1/search?${query({ q: $("find-words").value, limit: browse.limit, ...(kind ? { [kind]: name } : {}) })}`),
    ]);
    if (turn !== browse.asked) return;
    Object.assign(browse, { topics, found, error: null });
  } catch (error) {
    if (turn !== browse.asked) return;
    Object.assign(browse, { found: null, error: failure(error, "error_hint_list") });
  }
  paint();
}

const choose = (kind, name) => { browse.chosen = { kind, name }; browse.limit = 50; load(); };

function paintTree() {
  const leaf = (kind, one, label) => el("li", {}, el("button", { type: "button", class: "leaf", "aria-current": browse.chosen.kind === kind && browse.chosen.name === one.name ? "true" : null, on: () => choose(kind, one.name) }, el("span", {}, label), el("span", { class: "meta" }, number(one.articles))));
  const branch = (kind, title, rows) => rows.length ? [el("details", { open: kind === "product" || browse.chosen.kind === kind }, el("summary", {}, t(title)), el("ul", {}, ...rows.map((one) => leaf(kind, one, kind === "product" ? productName(one.name) : upper(one.name)))))] : [];
  const { topics } = browse;
  $("tree").replaceChildren(el("ul", {}, leaf("", { name: "", articles: topics.articles }, t("tree_all"))), ...branch("product", "tree_products", topics.products), ...branch("tag", "tree_tags", topics.tags));
}

function articleRow(one) {
  const standing = one.freshness === "fresh" ? "" : state(one.freshness);
  return el("li", {}, el("button", { type: "button", class: "row", "data-near": `${one.id}@${one.language}`, on: () => pane.open(one.id, one.language) },
    el("span", { class: "what", lang: one.language }, one.title, " ", el("span", { class: "tag" }, tongue(one.language)), ...(one.audience === "internal" ? [" ", el("span", { class: "tag" }, t("internal"))] : [])),
    el("span", { class: "meta" }, reviewed(one.reviewed_on), " ", standing)));
}

function paint() {
  if (browse.error) {
    $("found-count").textContent = t(browse.error.key);
    return $("found").replaceChildren();
  }
  if (!browse.found) return;
  paintTree();
  const { total, articles } = browse.found;
  $("found-count").textContent = total === 1 ? t("found_one") : t(total ? "found" : boot.articles ? "found_none" : "no_articles", { n: number(total) });
  const more = total > articles.length ? [el("li", {}, el("button", { type: "button", class: "row", on: further }, el("span", { class: "what" }, articles.length < 200 ? t("found_more") : t("found_too_many"))))] : [];
  $("found").replaceChildren(...articles.map(articleRow), ...more);
}

async function further() {
  const first = browse.found.articles.length;
  browse.limit = 200;
  await load();
  $("found").querySelectorAll(".row")[first]?.focus();
}

export function wire() {
  $("find").addEventListener("submit", (event) => { event.preventDefault(); load(); });
  $("find-words").addEventListener("input", () => { clearTimeout(browse.late); browse.late = setTimeout(() => { browse.limit = 50; load(); }, PAUSE_MS); });
  for (const node of $("find").querySelectorAll("select, input[type=radio]")) node.addEventListener("change", load);
  onWords(paint);
}

export function enter() {
  if (!browse.found) load();
  $("find-words").focus();
}

export function key(event) {
  if (event.key === "/") {
    event.preventDefault();
    if (page.opened) pane.close({ focus: false });
    $("find-words").focus();
    $("find-words").select();
  }
}
