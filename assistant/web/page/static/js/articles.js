// The articles: a tree of products and tags, search as somebody types, the article at the right.
import { call, describeFailure } from "./http.js";
import {
  $,
  boot,
  button,
  capitalise,
  el,
  formatNumber,
  languageName,
  onLanguage,
  productName,
  reviewedText,
  stateBadge,
  t,
} from "./page.js";
import * as pane from "./pane.js";

const PAUSE_MS = 120; // between two keys nobody waits for a list
const FIRST_LIMIT = 50;
const LAST_LIMIT = 200; // as many as the server gives
const search = { topics: null, found: null, error: null, kind: "", name: "", limit: FIRST_LIMIT, timer: 0, turn: 0 };

// Values that are empty are left out.
function searchQuery(more = {}) {
  const language = $("find-language").value;
  const audience = document.querySelector("input[name=find-audience]:checked").value;
  return new URLSearchParams(Object.entries({ language, audience, ...more }).filter(([, value]) => value));
}

async function load() {
  search.turn += 1;
  const { turn, kind, name, limit } = search;
  const narrowed = { q: $("find-words").value, limit, ...(kind ? { [kind]: name } : {}) };
  try {
    const [topics, found] = await Promise.all([
      call(`/api/v1/topics?${searchQuery()}`),
      call(`/api/v1/search?${searchQuery(narrowed)}`),
    ]);
    if (turn !== search.turn) return;
    Object.assign(search, { topics, found, error: null });
  } catch (error) {
    if (turn !== search.turn) return;
    Object.assign(search, { found: null, error: describeFailure(error, "error_hint_list") });
  }
  paint();
}

function loadFirst() {
  search.limit = FIRST_LIMIT;
  load();
}

function chooseTopic(kind, name) {
  Object.assign(search, { kind, name });
  loadFirst();
}

// ---- the tree
function leaf(kind, { name, articles }, label) {
  const chosen = search.kind === kind && search.name === name;
  const attributes = { type: "button", class: "leaf", "aria-current": chosen ? "true" : null };
  const count = el("span", { class: "meta" }, formatNumber(articles));
  const node = el("button", { ...attributes, on: () => chooseTopic(kind, name) }, el("span", {}, label), count);
  return el("li", {}, node);
}

function branch(kind, title, topics, nameOf) {
  if (!topics.length) return [];
  const open = kind === "product" || search.kind === kind;
  const leaves = topics.map((topic) => leaf(kind, topic, nameOf(topic.name)));
  return [el("details", { open }, el("summary", {}, t(title)), el("ul", {}, ...leaves))];
}

function paintTree() {
  const { articles, products, tags } = search.topics;
  $("tree").replaceChildren(
    el("ul", {}, leaf("", { name: "", articles }, t("tree_all"))),
    ...branch("product", "tree_products", products, productName),
    ...branch("tag", "tree_tags", tags, capitalise),
  );
}

// ---- the list
function articleRow({ id, language, title, audience, reviewed_on, freshness }) {
  const tags = [languageName(language), ...(audience === "internal" ? [t("internal")] : [])];
  const row = el(
    "button",
    { type: "button", class: "row", "data-near": `${id}@${language}`, on: () => pane.open(id, language) },
    el(
      "span",
      { class: "what", lang: language },
      title,
      ...tags.flatMap((tag) => [" ", el("span", { class: "tag" }, tag)]),
    ),
    el("span", { class: "meta" }, reviewedText(reviewed_on), " ", freshness === "fresh" ? "" : stateBadge(freshness)),
  );
  return el("li", {}, row);
}

function countText(total) {
  if (total === 1) return t("found_one");
  if (total) return t("found", { n: formatNumber(total) });
  return t(boot.articles ? "found_none" : "no_articles");
}

function moreRow(shown) {
  const label = el("span", { class: "what" }, t(shown < LAST_LIMIT ? "found_more" : "found_too_many"));
  return el("li", {}, button("row", showMore, label));
}

function paint() {
  if (search.error) {
    $("found-count").textContent = t(search.error.key);
    return $("found").replaceChildren();
  }
  if (!search.found) return;
  paintTree();
  const { total, articles } = search.found;
  $("found-count").textContent = countText(total);
  const more = total > articles.length ? [moreRow(articles.length)] : [];
  $("found").replaceChildren(...articles.map(articleRow), ...more);
}

async function showMore() {
  const first = search.found.articles.length;
  search.limit = LAST_LIMIT;
  await load();
  $("found").querySelectorAll(".row")[first]?.focus();
}

export function wire() {
  $("find").addEventListener("submit", (event) => {
    event.preventDefault();
    load();
  });
  $("find-words").addEventListener("input", () => {
    clearTimeout(search.timer);
    search.timer = setTimeout(loadFirst, PAUSE_MS);
  });
  for (const node of $("find").querySelectorAll("select, input[type=radio]")) node.addEventListener("change", load);
  onLanguage(paint);
}

export function enter() {
  if (!search.found) load();
  $("find-words").focus();
}

export function key(event) {
  if (event.key !== "/") return;
  event.preventDefault();
  if (pane.current()) pane.close({ focus: false });
  $("find-words").focus();
  $("find-words").select();
}
