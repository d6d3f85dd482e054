// The desk: asks, shows, opens the passage, rates. Talks to this server only. Text from outside goes in as text, or as
// HTML that the server has sanitised.
"use strict";
(() => {
  const store = (area) => ({
    get: (key) => { try { return area().getItem(key); } catch { return null; } },
    set: (key, value) => { try { area().setItem(key, value); } catch { /* private mode: not kept */ } },
  });
  const kept = store(() => localStorage), tab = store(() => sessionStorage);
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const themeNow = () => kept.get("lotse-theme") || (dark.matches ? "dark" : "light");
  root.dataset.theme = themeNow();

  const languageNow = () => {
    const known = ["de", "en"];
    const wanted = [kept.get("lotse-language"), ...(navigator.languages || [navigator.language])];
    return wanted.map((tag) => (tag || "").slice(0, 2).toLowerCase()).find((tag) => known.includes(tag)) || "en";
  };
  root.lang = languageNow();

  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const SURE_FROM = 0.8; // from here on "certain", below it "likely"
  const QUIET_MS = 100, WORDS_MS = 1000; // under 0.1 s nothing, under 1 s a bar, above it words and a way to cancel

  function start(boot, host) {
    const session = tab.get("lotse-session") || crypto.randomUUID?.() || String(Math.random()).slice(2);
    tab.set("lotse-session", session);
    host.replaceChildren(document.getElementById("lotse-template").content.cloneNode(true));
    const $ = (name) => document.getElementById(`lotse-${name}`);
    const desk = $("desk"), box = $("question"), pane = $("pane");
    const state = { language: root.lang, result: null, error: null, article: null, open: null, rated: null, said: "", running: null, slow: false, back: null };

    const t = (key, values = {}) => (boot.texts[state.language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const number = (value, digits = 0) => value.toLocaleString(state.language === "de" ? "de-DE" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const day = (iso) => {
      const [year, month, date] = iso.split("-");
      return state.language === "de" ? `${date}.${month}.${year}` : `${Number(date)} ${MONTHS[month - 1]} ${year}`;
    };
    const counted = (key, n) => (n === 1 ? t(`${key}_one`) : t(key, { n: number(n) }));
    const tongue = (tag) => { const key = `lang_${tag.slice(0, 2)}`; return boot.texts[state.language][key] || tag; };
    const foreign = (tag, to) => tag.slice(0, 2) !== to.slice(0, 2);

    // Elements from data: text is text
    function el(tag, attributes = {}, ...children) {
      const node = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) {
        if (name === "class") node.className = value;
        else if (name === "on") node.addEventListener("click", value);
        else if (value !== null && value !== undefined) node.setAttribute(name, value);
      }
      node.append(...children.filter((child) => child !== null));
      return node;
    }
    const freshness = (word) => el("span", { class: `state ${word}` }, t(word));
    const reviewed = (iso) => (iso ? t("reviewed", { date: day(iso) }) : t("never_reviewed"));

    // ---- asking
    async function ask() {
      const question = box.value.trim();
      if (!question) return fail({ key: "error_empty" });
      if (question.length > boot.most) return fail({ key: "error_long", values: { n: number(question.length), max: number(boot.most) } });
      state.running?.abort();
      const running = (state.running = new AbortController());
      state.error = null;
      showError();
      const quiet = setTimeout(() => { desk.dataset.busy = "true"; }, QUIET_MS);
      const words = setTimeout(() => { state.slow = true; $("cancel").hidden = false; showStatus(); }, WORDS_MS);
      try {
        const body = { question, audience: audience(), product: $("product").value || null, session, actor: session };
        state.result = await post("/page/ask", body, running.signal);
        Object.assign(state, { rated: null, said: "", open: null, article: state.sheet ? state.article : null });
        desk.dataset.state = "reply";
        $("rate").hidden = true;
        $("rate").reset();
        showReply();
        showArticle();
        // The keys 1–9, C, H and N work outside the box; who is typing on already is left alone.
        if (box.value.trim() === question && document.activeElement === box) $("answer").focus({ preventScroll: true });
      } catch (error) {
        if (error.name !== "AbortError") fail(error.offline ? { key: "error_offline", hint: "error_offline_hint", again: true } : { key: error.status === 423 || error.status === 503 ? "error_busy" : "error_title", hint: "error_hint", technical: error.technical, again: true });
      } finally {
        clearTimeout(quiet);
        clearTimeout(words);
        if (state.running === running) {
          Object.assign(state, { running: null, slow: false });
          desk.dataset.busy = "false";
          $("cancel").hidden = true;
          showStatus();
        }
      }
    }
    const audience = () => desk.querySelector("input[name=audience]:checked").value;

    async function call(url, options) {
      let response;
      try {
        response = await fetch(url, { ...options, credentials: "omit", cache: "no-store" });
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw Object.assign(new Error("offline"), { offline: true });
      }
      const data = await response.json().catch(() => ({}));
      if (!response.ok) {
        const told = data.error || {};
        throw Object.assign(new Error(`status ${response.status}`), { status: response.status, technical: [told.message, told.hint].filter(Boolean).join(" ") });
      }
      return data;
    }
    const post = (url, body, signal) => call(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
    const note = (kind, detail = {}) => {
      if (state.result) post("/page/act", { question_id: state.result.reply.question_id, kind, actor: session, ...detail }).catch(() => {});
    };

    function fail(error) {
      state.error = error;
      showError();
      showStatus();
      box.focus();
    }

    // ---- showing
    function showTexts() {
      root.lang = state.language;
      document.title = t("name");
      for (const node of desk.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
      for (const node of desk.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
      for (const node of desk.querySelectorAll("[data-title]")) node.title = t(node.dataset.title);
      for (const node of desk.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
      for (const node of desk.querySelectorAll("[data-language]")) node.setAttribute("aria-pressed", node.dataset.language === state.language);
      for (const node of desk.querySelectorAll("[data-theme-choice]")) node.setAttribute("aria-pressed", node.dataset.themeChoice === root.dataset.theme);
      $("examples").replaceChildren(...["example_1", "example_2", "example_3"].map((key) => el("li", {}, el("button", { type: "button", class: "row", on: () => { box.value = t(key); fit(); ask(); } }, el("span", { class: "what" }, t(key))))));
      $("size").textContent = t("index_size", { n: number(boot.articles) });
    }

    function showStatus() {
      $("empty").hidden = Boolean(state.result) || Boolean(state.error);
      if (state.slow) return $("status").replaceChildren(el("span", {}, t("searching_long")));
      if (!state.result || state.error) return $("status").replaceChildren();
      const { reply } = state.result;
      const word = reply.status === "abstained" ? "none" : reply.confidence >= SURE_FROM ? "sure" : "likely";
      const found = reply.status === "abstained" ? null : el("span", {}, counted("sources", reply.citations.length));
      $("status").replaceChildren(
        ...[
          el("b", {}, el("span", { title: t("confidence", { value: number(100 * reply.confidence) }) }, t(word))),
          found,
          el("span", {}, t("seconds", { n: number(reply.timings_ms.total / 1000, 2) })),
        ].filter(Boolean),
      );
    }

    function showError() {
      const error = state.error;
      $("error").hidden = !error;
      if (!error) return $("error").replaceChildren();
      $("error").replaceChildren(
        ...[
          el("b", {}, t(error.key, error.values)),
          error.hint ? el("span", {}, t(error.hint)) : null,
          error.technical ? el("span", { class: "technical", lang: "en" }, error.technical) : null,
          error.again ? el("button", { type: "button", class: "plain", on: ask }, t("retry")) : null,
        ].filter(Boolean),
      );
    }

    function showReply() {
      showStatus();
      const result = state.result;
      $("reply").hidden = !result;
      if (!result) return;
      const { reply } = result, answered = reply.status === "answered";
      if (answered) { $("answer").innerHTML = result.answer_html; settleLinks($("answer")); }
      else $("answer").replaceChildren(el("p", { class: "reason" }, reply.reason || ""));
      $("answer").lang = answered ? reply.citations[0]?.language || reply.language : reply.language;
      for (const button of $("answer").querySelectorAll(".cite")) button.setAttribute("aria-label", t("open_source", { number: button.dataset.cite }));
      $("sources-part").hidden = !reply.citations.length;
      $("sources").replaceChildren(...reply.citations.map(sourceRow));
      const cited = new Set(reply.citations.map((one) => `${one.article_id}@${one.language}`));
      const near = reply.nearest.filter((one) => !cited.has(`${one.article_id}@${one.language}`)).slice(0, 3);
      $("nearest-part").hidden = !near.length;
      $("nearest-title").textContent = t(answered ? "nearest_more" : "abstained_note");
      $("nearest").replaceChildren(...near.map(nearRow));
      $("copy").hidden = !answered;
      showRating();
      markOpen();
    }

    function sourceRow(one) {
      const place = one.section ? [one.title, el("small", {}, ` › ${one.section.replaceAll(" > ", " › ")}`)] : [one.title];
      const language = foreign(one.language, state.result.reply.language) ? el("span", { class: "tag" }, tongue(one.language)) : null;
      const row = el("button", { type: "button", class: "row", "data-cite": one.number, "aria-keyshortcuts": one.number < 10 ? one.number : null },
        el("span", { class: "number" }, String(one.number)),
        el("span", { class: "what" }, ...place, " ", ...(language ? [language] : [])),
        el("span", { class: "meta" }, reviewed(one.reviewed_on), " ", one.freshness === "fresh" ? "" : freshness(one.freshness)));
      return el("li", {}, row);
    }

    function nearRow(one) {
      const language = foreign(one.language, state.result.reply.language) ? tongue(one.language) : "";
      return el("li", {}, el("button", { type: "button", class: "row", "data-near": `${one.article_id}@${one.language}`, on: () => openArticle(one.article_id, one.language) },
        el("span", { class: "what" }, one.title), el("span", { class: "meta" }, language)));
    }

    // ---- the article beside it
    function cite(number) {
      const citation = state.result?.reply.citations.find((one) => one.number === Number(number));
      if (citation) openArticle(citation.article_id, citation.language, { citation });
    }

    async function openArticle(id, language, { citation = null, anchor = "", focus = true } = {}) {
      if (!pane.contains(document.activeElement)) state.back = document.activeElement;
      const key = (state.open = { id, language, citation });
      sheet(true);
      markOpen();
      if (state.article?.id !== id || state.article?.language !== language) {
        const late = setTimeout(() => { if (state.open === key) { state.article = null; showArticle("article_loading"); } }, 300);
        try {
          state.article = await call(`/api/v1/articles/${encodeURIComponent(id)}?language=${encodeURIComponent(language)}`);
        } catch {
          if (state.open === key) { state.article = null; showArticle("article_failed"); }
          return;
        } finally {
          clearTimeout(late);
        }
      }
      if (state.open !== key) return;
      showArticle();
      if (anchor) $("article-text").querySelector(`[id="${CSS.escape(anchor)}"]`)?.scrollIntoView({ block: "start" });
      if (focus) (narrow() ? $("close") : $("article-text")).focus({ preventScroll: true });
      note("opened", { article_id: id, language });
    }

    function showArticle(instead = "article_empty") {
      const article = state.article;
      $("article").hidden = !article;
      $("pane-empty").hidden = Boolean(article);
      $("pane-empty").dataset.text = instead;
      $("pane-empty").textContent = t(instead);
      if (!article) return;
      const citation = state.open?.citation;
      $("article-title").textContent = article.title;
      $("article-title").lang = article.language;
      const standing = article.status === "published" ? article.freshness : article.status;
      $("article-facts").replaceChildren(el("span", {}, tongue(article.language)), el("span", {}, t(article.audience)), el("span", {}, reviewed(article.reviewed_on)), freshness(standing));
      $("article-place").replaceChildren(...(citation ? [el("span", {}, citation.section ? t("passage", { section: citation.section.replaceAll(" > ", " › ") }) : t("passage_start"))] : []));
      const text = $("article-text");
      text.innerHTML = article.html;
      text.lang = article.language;
      text.scrollTop = 0;
      for (const quote of text.querySelectorAll(".admonition")) {
        const kind = ["note", "tip", "important", "warning", "caution"].find((one) => quote.classList.contains(one));
        if (kind) { quote.dataset.word = boot.texts[article.language.slice(0, 2)]?.[kind] || t(kind); }
      }
      settleLinks(text);
      showMore(article, citation);
      if (citation) highlight(text, citation.lines, state.result.quotes[citation.number] || "");
    }

    // Links to elsewhere open beside the desk; what leads nowhere here is plain text.
    function settleLinks(part) {
      for (const link of part.querySelectorAll('a[href^="http"]')) link.target = "_blank";
      for (const link of part.querySelectorAll("a:not([href])")) link.replaceWith(...link.childNodes);
    }

    function showMore(article, citation) {
      const link = (label, action) => el("button", { type: "button", class: "link", on: action }, label);
      const lines = [];
      const others = citation ? state.result.reply.citations.filter((one) => one !== citation && one.article_id === article.id && one.language === article.language) : [];
      if (others.length) lines.push(el("div", {}, `${t("other_passages")}:`, ...others.map((one) => link(`[${one.number}]`, () => cite(one.number)))));
      const tongues = article.languages.filter((tag) => tag !== article.language);
      if (tongues.length) lines.push(el("div", {}, `${t("other_language")}:`, ...tongues.map((tag) => link(tongue(tag), () => openArticle(article.id, tag)))));
      if (article.related.length) lines.push(el("div", {}, `${t("related")}:`, ...article.related.map((one) => link(one.title, () => openArticle(one.article_id, one.language)))));
      $("article-more").replaceChildren(...lines);
    }

    // Mark the blocks on the quoted lines, and in them the quoted words where they are found (white space left aside).
    function highlight(text, [from, to], quote) {
      const hit = (node) => { const [first, last] = node.dataset.lines.split("-").map(Number); return first <= to && last >= from; };
      const blocks = [...text.querySelectorAll("[data-lines]")].filter(hit);
      const inner = blocks.filter((node) => !blocks.some((other) => other !== node && node.contains(other)));
      const outer = blocks.filter((node) => !blocks.some((other) => other !== node && other.contains(node)));
      for (const node of inner) node.classList.add("cited");
      const marks = outer.length ? markWords(outer, quote.replace(/\s+/g, "")) : [];
      const first = marks[0] || inner[0];
      if (first) text.scrollTop += first.getBoundingClientRect().top - text.getBoundingClientRect().top - 56;
    }

    function markWords(blocks, wanted) {
      if (!wanted) return [];
      const places = [];
      for (const block of blocks) {
        const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) for (let index = 0; index < node.data.length; index++) if (!/\s/.test(node.data[index])) places.push([node, index]);
      }
      const at = places.map(([node, index]) => node.data[index]).join("").indexOf(wanted);
      if (at < 0) return [];
      const spans = new Map();
      for (const [node, index] of places.slice(at, at + wanted.length)) spans.set(node, [spans.get(node)?.[0] ?? index, index + 1]);
      const last = spans.size - 1;
      return [...spans].map(([node, [start, end]], index) => {
        const range = document.createRange(), mark = document.createElement("mark");
        range.setStart(node, index === 0 ? start : 0); // what stands between two quoted words is quoted too
        range.setEnd(node, index === last ? end : node.data.length);
        range.surroundContents(mark);
        return mark;
      });
    }

    function markOpen() {
      const open = state.open;
      for (const node of desk.querySelectorAll("[data-cite]")) node.setAttribute("aria-pressed", Number(node.dataset.cite) === open?.citation?.number);
      for (const node of desk.querySelectorAll("[data-near]")) node.setAttribute("aria-pressed", Boolean(open && !open.citation && node.dataset.near === `${open.id}@${open.language}`));
    }

    const narrow = () => matchMedia("(max-width: 959px)").matches;
    const sheet = (open) => { state.sheet = open; desk.dataset.sheet = open ? "open" : "closed"; document.body.style.overflow = open && narrow() ? "hidden" : ""; };
    function closeArticle() {
      sheet(false);
      Object.assign(state, { article: null, open: null });
      showArticle();
      markOpen();
      (state.back?.isConnected ? state.back : box).focus({ preventScroll: true });
    }

    // ---- copying and rating
    function plain() {
      const copy = $("answer").cloneNode(true);
      for (const button of copy.querySelectorAll(".cite")) button.remove();
      const lines = [];
      const walk = (node, depth) => {
        for (const child of node.children) {
          if (["UL", "OL"].includes(child.tagName)) [...child.children].forEach((item, index) => {
            const nested = [...item.children].filter((one) => ["UL", "OL"].includes(one.tagName));
            nested.forEach((one) => one.remove());
            lines.push(`${"  ".repeat(depth)}${child.tagName === "OL" ? `${(Number(child.getAttribute("start")) || 1) + index}.` : "-"} ${fold(item.textContent)}`);
            nested.forEach((one) => { const holder = document.createElement("div"); holder.append(one); walk(holder, depth + 1); });
          });
          else lines.push(fold(child.textContent), "");
        }
      };
      const fold = (value) => value.replace(/\s+/g, " ").trim();
      walk(copy, 0);
      return lines.join("\n").trim();
    }

    async function copy() {
      if (state.result?.reply.status !== "answered") return;
      try {
        await navigator.clipboard.writeText(plain());
        note("copied");
        say("copied");
      } catch { say("copy_failed"); }
    }

    const say = (key) => { state.said = key; $("said").textContent = key ? t(key) : ""; };

    async function rate(verdict, more = {}) {
      if (!state.result) return;
      const asked = state.result.reply.question_id;
      try {
        await post("/api/v1/feedback", { question_id: asked, verdict, actor: session, ...more });
      } catch { return say("rate_failed"); }
      if (state.result.reply.question_id !== asked) return;
      state.rated = verdict;
      $("rate").hidden = true;
      say("thanks");
      showRating();
    }
    function wantReason() {
      if (!state.result) return;
      $("rate").hidden = false;
      showRating();
      $("reason").focus();
    }
    function showRating() {
      $("helpful").setAttribute("aria-pressed", state.rated === "helpful");
      $("not-helpful").setAttribute("aria-pressed", state.rated === "not_helpful");
      $("not-helpful").setAttribute("aria-expanded", !$("rate").hidden);
      $("said").textContent = state.said ? t(state.said) : "";
    }

    // ---- what people do
    const fit = () => { box.style.height = "auto"; box.style.height = `${box.scrollHeight}px`; };
    box.addEventListener("input", fit);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
      if (event.key === "Escape") box.blur();
    });
    $("form").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    $("cancel").addEventListener("click", () => { state.running?.abort(); box.focus(); });
    $("product").addEventListener("change", () => state.result && ask());
    $("audience").addEventListener("change", () => state.result && ask());
    $("reply").addEventListener("click", (event) => { const target = event.target.closest("[data-cite]"); if (target) cite(target.dataset.cite); });
    $("copy").addEventListener("click", copy);
    $("helpful").addEventListener("click", () => rate("helpful"));
    $("not-helpful").addEventListener("click", wantReason);
    $("rate-cancel").addEventListener("click", () => { $("rate").hidden = true; showRating(); $("not-helpful").focus(); });
    $("rate").addEventListener("submit", (event) => { event.preventDefault(); rate("not_helpful", { reason: $("reason").value || null, comment: $("comment").value }); });
    $("close").addEventListener("click", closeArticle);
    for (const part of [$("article-text"), $("answer")]) part.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const href = link.getAttribute("href");
      if (href.startsWith("#")) { event.preventDefault(); $("article-text").querySelector(`[id="${CSS.escape(decodeURIComponent(href.slice(1)))}"]`)?.scrollIntoView({ block: "start" }); }
      else if (href.startsWith("/?article=")) { event.preventDefault(); openFrom(new URL(href, location.origin)); }
    });
    $("keys-open").addEventListener("click", () => $("keys").showModal());
    $("keys-close").addEventListener("click", () => $("keys").close());
    for (const node of desk.querySelectorAll("[data-language]")) node.addEventListener("click", () => { state.language = node.dataset.language; kept.set("lotse-language", state.language); showAll(); });
    const setTheme = (theme) => { root.dataset.theme = theme; showTexts(); };
    for (const node of desk.querySelectorAll("[data-theme-choice]")) node.addEventListener("click", () => { kept.set("lotse-theme", node.dataset.themeChoice); setTheme(node.dataset.themeChoice); });
    dark.addEventListener("change", () => setTheme(themeNow()));
    addEventListener("resize", () => { if (!narrow()) document.body.style.overflow = ""; });

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("keys").open) return;
      if (event.target.closest?.("input:not([type=radio]), textarea, select")) return;
      const key = event.key.toLowerCase();
      if (key === "escape" && state.article) closeArticle();
      else if (key === "/") { event.preventDefault(); if (narrow() && state.sheet) closeArticle(); box.focus(); box.select(); }
      else if (key === "?") $("keys").showModal();
      else if (/^[1-9]$/.test(key)) cite(key);
      else if (key === "c") copy();
      else if (key === "h" && state.result) rate("helpful");
      else if (key === "n" && state.result) { event.preventDefault(); wantReason(); }
    });

    const openFrom = (url) => { const id = url.searchParams.get("article"); if (id) openArticle(id, url.searchParams.get("language") || state.language, { anchor: decodeURIComponent(url.hash.slice(1)) }); };
    function showAll() {
      const top = $("article-text").scrollTop;
      showTexts();
      showReply();
      showError();
      showArticle($("pane-empty").dataset.text);
      $("article-text").scrollTop = top;
    }

    for (const product of boot.products) $("product").append(el("option", { value: product }, product.charAt(0).toUpperCase() + product.slice(1)));
    showAll();
    fit();
    box.focus();
    openFrom(new URL(location.href));
    desk.dataset.ready = "true";
  }

  // Gradio builds its page first; the desk moves in as soon as its column is there.
  const seek = () => {
    const host = document.getElementById("lotse-host");
    if (!host) return false;
    start(JSON.parse(document.getElementById("lotse-boot").textContent), host);
    return true;
  };
  const watch = new MutationObserver(() => { if (seek()) watch.disconnect(); });
  addEventListener("DOMContentLoaded", () => { if (!seek()) watch.observe(document.body, { childList: true, subtree: true }); });
})();
