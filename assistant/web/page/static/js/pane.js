// The article at the right: opened at the cited passage, with its translation, its neighbours and a view to print.
import { $, boot, el, narrow, onWords, page, reviewed, state, t, tongue } from "./page.js";
import { call } from "./http.js";
import { highlight } from "./highlight.js";

const shown = { article: null, open: null, sheet: false, back: null, quote: "", others: [] };
let opened = () => {}, marked = () => {};
export const onOpened = (tell) => { opened = tell; };
export const onMarked = (mark) => { marked = mark; };
export const isOpen = () => Boolean(shown.article);
export const current = () => shown.open;

// quote: the cited text as a reader sees it; others: further citations of the same article, with how to open each
export async function open(id, language, { citation = null, quote = "", others = [], anchor = "", focus = true } = {}) {
  if (!$("pane").contains(document.activeElement)) shown.back = document.activeElement;
  const key = (shown.open = { id, language, citation });
  Object.assign(shown, { quote, others });
  sheet(true);
  marked(key);
  if (shown.article?.id !== id || shown.article?.language !== language) {
    const late = setTimeout(() => { if (shown.open === key) { shown.article = null; paint("article_loading"); } }, 300);
    try {
      shown.article = await call(`/api/v1/articles/${encodeURIComponent(id)}${language ? `?language=${encodeURIComponent(language)}` : ""}`);
    } catch {
      if (shown.open === key) { shown.article = null; paint("article_failed"); }
      return;
    } finally {
      clearTimeout(late);
    }
  }
  if (shown.open !== key) return;
  paint();
  if (anchor) $("article-text").querySelector(`[id="${CSS.escape(anchor)}"]`)?.scrollIntoView({ block: "start" });
  if (focus) (narrow() ? $("close") : $("article-text")).focus({ preventScroll: true });
  if (focus) opened(id, shown.article.language); // what opened of itself says nothing about what was read
}

export function openFrom(url) {
  const id = url.searchParams.get("article");
  if (id) open(id, url.searchParams.get("language") || page.language, { anchor: decodeURIComponent(url.hash.slice(1)) });
}

export function close({ focus = true } = {}) {
  sheet(false);
  Object.assign(shown, { article: null, open: null });
  paint();
  marked(null);
  if (focus) (shown.back?.isConnected ? shown.back : $("question")).focus({ preventScroll: true });
}

// Without a new article: where a new answer is shown, the old one leaves the pane unless it lies over the desk.
export const clear = () => { if (!shown.sheet || !narrow()) { Object.assign(shown, { article: null, open: null }); paint(); } };

function sheet(on) {
  shown.sheet = on;
  $("desk").dataset.sheet = on ? "open" : "closed";
  document.body.style.overflow = on && narrow() ? "hidden" : "";
}

function paint(instead = "article_empty") {
  const { article, open: key } = shown;
  $("article").hidden = !article;
  $("pane-empty").hidden = Boolean(article);
  $("pane-empty").dataset.text = instead;
  $("pane-empty").textContent = t(instead);
  if (!article) return;
  const citation = key?.citation;
  $("article-title").textContent = article.title;
  $("article-title").lang = article.language;
  const standing = article.status === "published" ? article.freshness : article.status;
  $("article-facts").replaceChildren(...[el("span", {}, tongue(article.language)), el("span", {}, t(article.audience)), el("span", {}, reviewed(article.reviewed_on)), state(standing)]);
  $("article-place").replaceChildren(...(citation ? [el("span", {}, citation.section ? t("passage", { section: citation.section.replaceAll(" > ", " › ") }) : t("passage_start"))] : []));
  paintText(article);
  paintMore(article, citation);
  if (citation) highlight($("article-text"), citation.lines, shown.quote);
}

function paintText(article) {
  const text = $("article-text");
  text.innerHTML = article.html; // sanitised by the server
  text.lang = article.language;
  text.scrollTop = 0;
  for (const quote of text.querySelectorAll(".admonition")) {
    const kind = ["note", "tip", "important", "warning", "caution"].find((one) => quote.classList.contains(one));
    if (kind) quote.dataset.word = boot.texts[article.language.slice(0, 2)]?.[kind] || t(kind);
  }
  settle(text);
}

// Links to elsewhere open beside the page; what leads nowhere here is plain text; what is too wide can be reached.
export function settle(part) {
  for (const link of part.querySelectorAll('a[href^="http"]')) link.target = "_blank";
  for (const link of part.querySelectorAll("a:not([href])")) link.replaceWith(...link.childNodes);
  for (const wide of part.querySelectorAll("table, pre")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; // to be scrolled by keys
}

function paintMore(article, citation) {
  const link = (label, action, lang) => el("button", { type: "button", class: "link", on: action, lang }, label);
  const others = citation ? shown.others : [];
  const lines = [];
  if (others.length) lines.push(el("div", {}, `${t("other_passages")}:`, ...others.map((one) => link(`[${one.number}]`, one.open))));
  if (article.related.length) lines.push(el("div", {}, `${t("related")}:`, ...article.related.map((one) => link(one.title, () => open(one.article_id, one.language), one.language))));
  $("article-more").replaceChildren(...lines);
  const tongues = article.languages.filter((tag) => tag !== article.language);
  $("article-languages").replaceChildren(...tongues.map((tag) => el("button", { type: "button", class: "quiet", title: t("translation"), on: () => open(article.id, tag) }, tongue(tag))));
}

// A link in an article or an answer stays in the page where it leads to an article or a heading.
export function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const href = link.getAttribute("href");
  if (href.startsWith("#")) {
    event.preventDefault();
    $("article-text").querySelector(`[id="${CSS.escape(decodeURIComponent(href.slice(1)))}"]`)?.scrollIntoView({ block: "start" });
  } else if (href.startsWith("/?article=")) {
    event.preventDefault();
    openFrom(new URL(href, location.origin));
  }
}

export function wire() {
  $("close").addEventListener("click", () => close());
  $("print").addEventListener("click", () => print());
  $("article-text").addEventListener("click", follow);
  addEventListener("resize", () => { if (!narrow()) document.body.style.overflow = ""; });
  onWords(() => {
    const top = $("article-text").scrollTop;
    paint($("pane-empty").dataset.text);
    $("article-text").scrollTop = top;
  });
}
