// The article at the right: opened at the cited passage, with its translation, its neighbours and a view to print.
import { highlight } from "./highlight.js";
import { call } from "./http.js";
import { $, boot, button, el, isNarrow, languageName, onLanguage, page, reviewedText, stateBadge, t } from "./page.js";

const WORDS_MS = 300; // an article that takes longer is announced in words
const KINDS_OF_ADMONITION = ["note", "tip", "important", "warning", "caution"];
const shown = { article: null, open: null, isSheet: false, openedFrom: null, quote: "", others: [] };
let tellOpened = () => {};
let tellMarked = () => {};

// tell(id, language): somebody has opened an article
export function onOpened(tell) {
  tellOpened = tell;
}

// tell(open): another article or passage, or nothing, is open now
export function onMarked(tell) {
  tellMarked = tell;
}

export const isOpen = () => Boolean(shown.article);
export const current = () => shown.open;

const isShown = (id, language) => shown.article?.id === id && shown.article?.language === language;

function articleUrl(id, language) {
  const query = language ? `?language=${encodeURIComponent(language)}` : "";
  return `/api/v1/articles/${encodeURIComponent(id)}${query}`;
}

// quote: the cited text as a reader sees it; others: further citations of the same article, with how to open each
export async function open(id, language, passage = {}) {
  const { citation = null, quote = "", others = [], anchor = "", focus = true } = passage;
  if (!$("pane").contains(document.activeElement)) shown.openedFrom = document.activeElement;
  const target = { id, language, citation };
  Object.assign(shown, { open: target, quote, others });
  setSheet(true);
  tellMarked(target);
  if (!isShown(id, language) && !(await loadArticle(target))) return;
  if (shown.open !== target) return;
  paint();
  if (anchor) scrollToAnchor(anchor);
  if (!focus) return; // what opened of itself says nothing about what was read
  (isNarrow() ? $("close") : $("article-text")).focus({ preventScroll: true });
  tellOpened(id, shown.article.language);
}

// Whether the article is there now
async function loadArticle(target) {
  const paintInstead = (key) => {
    if (shown.open !== target) return;
    shown.article = null;
    paint(key);
  };
  const timer = setTimeout(() => paintInstead("article_loading"), WORDS_MS);
  try {
    shown.article = await call(articleUrl(target.id, target.language));
    return true;
  } catch {
    paintInstead("article_failed");
    return false;
  } finally {
    clearTimeout(timer);
  }
}

export function openFrom(url) {
  const id = url.searchParams.get("article");
  if (!id) return;
  open(id, url.searchParams.get("language") || page.language, { anchor: decodeURIComponent(url.hash.slice(1)) });
}

export function close({ focus = true } = {}) {
  setSheet(false);
  Object.assign(shown, { article: null, open: null });
  paint();
  tellMarked(null);
  if (!focus) return;
  const target = shown.openedFrom?.isConnected ? shown.openedFrom : $("question");
  target.focus({ preventScroll: true });
}

// Without a new article: where a new answer is shown, the old one leaves the pane unless it lies over the desk.
export function clear() {
  if (shown.isSheet && isNarrow()) return;
  Object.assign(shown, { article: null, open: null });
  paint();
}

function setSheet(isSheet) {
  shown.isSheet = isSheet;
  $("desk").dataset.sheet = isSheet ? "open" : "closed";
  document.body.style.overflow = isSheet && isNarrow() ? "hidden" : "";
}

// ---- painting
function paint(instead = "article_empty") {
  const { article, open: target } = shown;
  $("article").hidden = !article;
  $("pane-empty").hidden = Boolean(article);
  $("pane-empty").dataset.text = instead;
  $("pane-empty").textContent = t(instead);
  if (!article) return;
  paintHead(article, target?.citation);
  paintText(article);
  paintMore(article, target?.citation);
  if (target?.citation) highlight($("article-text"), target.citation.lines, shown.quote);
}

function paintHead(article, citation) {
  $("article-title").textContent = article.title;
  $("article-title").lang = article.language;
  const standing = article.status === "published" ? article.freshness : article.status;
  const facts = [languageName(article.language), t(article.audience), reviewedText(article.reviewed_on)];
  $("article-facts").replaceChildren(...facts.map((fact) => el("span", {}, fact)), stateBadge(standing));
  const place = citation ? [el("span", {}, passageText(citation.section))] : [];
  $("article-place").replaceChildren(...place);
  const translations = article.languages.filter((language) => language !== article.language);
  $("article-languages").replaceChildren(...translations.map((language) => translationButton(article.id, language)));
}

const passageText = (section) =>
  section ? t("passage", { section: section.replaceAll(" > ", " › ") }) : t("passage_start");

const translationButton = (id, language) =>
  button("quiet", () => open(id, language), languageName(language), { title: t("translation") });

function paintText(article) {
  const text = $("article-text");
  text.innerHTML = article.html; // sanitised by the server
  text.lang = article.language;
  text.scrollTop = 0;
  const words = boot.texts[article.language.slice(0, 2)];
  for (const quote of text.querySelectorAll(".admonition")) {
    const kind = KINDS_OF_ADMONITION.find((name) => quote.classList.contains(name));
    if (kind) quote.dataset.word = words?.[kind] || t(kind);
  }
  settleHtml(text);
}

// Links to elsewhere open beside the page; what leads nowhere here is plain text; what is too wide is scrolled by keys.
export function settleHtml(part) {
  for (const link of part.querySelectorAll('a[href^="http"]')) link.target = "_blank";
  for (const link of part.querySelectorAll("a:not([href])")) link.replaceWith(...link.childNodes);
  for (const block of part.querySelectorAll("table, pre")) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
  }
}

function paintMore(article, citation) {
  const others = citation ? shown.others : [];
  const passages = others.map((other) => button("link", other.open, `[${other.number}]`));
  const related = article.related.map(relatedLink);
  const lines = [];
  if (passages.length) lines.push(el("div", {}, `${t("other_passages")}:`, ...passages));
  if (related.length) lines.push(el("div", {}, `${t("related")}:`, ...related));
  $("article-more").replaceChildren(...lines);
}

const relatedLink = ({ article_id, language, title }) =>
  button("link", () => open(article_id, language), title, { lang: language });

// ---- links
function scrollToAnchor(anchor) {
  $("article-text")
    .querySelector(`[id="${CSS.escape(anchor)}"]`)
    ?.scrollIntoView({ block: "start" });
}

// A link in an article or an answer stays in the page where it leads to an article or a heading.
export function followLink(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const href = link.getAttribute("href");
  if (href.startsWith("#")) {
    event.preventDefault();
    scrollToAnchor(decodeURIComponent(href.slice(1)));
  } else if (href.startsWith("/?article=")) {
    event.preventDefault();
    openFrom(new URL(href, location.origin));
  }
}

export function wire() {
  $("close").addEventListener("click", () => close());
  $("print").addEventListener("click", () => print());
  $("article-text").addEventListener("click", followLink);
  addEventListener("resize", () => {
    if (!isNarrow()) document.body.style.overflow = "";
  });
  onLanguage(() => {
    const top = $("article-text").scrollTop;
    paint($("pane-empty").dataset.text);
    $("article-text").scrollTop = top;
  });
}
