// The agent's desk: asks, keeps what is typed, and holds what was answered. What stands around it: reply.js, contact.js.
import { $, boot, counted, el, narrow, number, onWords, page, productName, session, t, tab } from "./page.js";
import { call, failure, post } from "./http.js";
import * as pane from "./pane.js";
import * as reply from "./reply.js";
import * as contact from "./contact.js";
import * as start from "./start.js";

const SURE_FROM = 0.8; // from here on "certain", below it "likely"
const QUIET_MS = 100, WORDS_MS = 1000; // under 0.1 s nothing, under 1 s a bar, above it words and a way to cancel
const TICKET_CHARACTERS = 280, TICKET_LINES = 4; // what is pasted and longer than a question is a ticket

// context: the question that the next one follows up
export const desk = { result: null, error: null, running: null, slow: false, context: "", filters: null };
const box = () => $("question");

export async function ask(question = box().value.trim()) {
  if (!question) return fail({ key: "error_empty" });
  if (question.length > boot.most) return fail({ key: "error_long", values: { n: number(question.length), max: number(boot.most) } });
  desk.running?.abort();
  const running = (desk.running = new AbortController());
  desk.error = null;
  paintError();
  const quiet = setTimeout(() => { $("desk").dataset.busy = "true"; }, QUIET_MS);
  const slow = setTimeout(() => { desk.slow = true; $("cancel").hidden = false; paintStatus(); }, WORDS_MS);
  try {
    const body = { question, previous: desk.context, audience: audience(), product: $("product").value || null, session, actor: session };
    desk.result = await post("/page/ask", body, running.signal);
    $("desk").dataset.state = "reply";
    start.remember(question);
    contact.fresh();
    pane.clear();
    paintReply();
    if (!narrow()) cite(1, { focus: false });
    // The keys 1–9, C, H … work outside the box; who is typing on already is left alone.
    if (document.activeElement === box() && box().value.trim() === question) $("answer").focus({ preventScroll: true });
  } catch (error) {
    if (error.name !== "AbortError") fail({ ...failure(error), again: true });
  } finally {
    clearTimeout(quiet);
    clearTimeout(slow);
    if (desk.running === running) {
      Object.assign(desk, { running: null, slow: false });
      $("desk").dataset.busy = "false";
      $("cancel").hidden = true;
      paintStatus();
    }
  }
}

const audience = () => $("audience").querySelector("input:checked").value;

export function put(question, { now = true } = {}) {
  box().value = question;
  fit();
  keep();
  if (now) ask();
}

// What somebody does with an answer, for the log; nobody waits for it.
export const note = (kind, detail = {}) => {
  if (desk.result) post("/page/act", { question_id: desk.result.reply.question_id, kind, actor: session, ...detail }).catch(() => {});
};

export function followUp() {
  const before = desk.result?.reply.question;
  if (!before) return;
  desk.context = before;
  put("", { now: false });
  paintContext();
  box().focus();
}

function dropContext() {
  desk.context = "";
  paintContext();
  box().focus();
}

function fail(error) {
  desk.error = error;
  paintError();
  paintStatus();
  box().focus();
}

// ---- showing
function paintContext() {
  $("context").hidden = !desk.context;
  $("context-text").textContent = desk.context ? t("context", { question: desk.context }) : "";
  box().placeholder = t(desk.context ? "placeholder_follow" : "placeholder");
}

const paintProducts = () => { for (const node of $("product").querySelectorAll("[data-product]")) node.textContent = productName(node.dataset.product); };

function paintStatus() {
  $("empty").hidden = Boolean(desk.result) || Boolean(desk.error) || !$("ticket").hidden;
  if (desk.slow) return $("status").replaceChildren(el("span", {}, t("searching_long")));
  if (!desk.result || desk.error) return $("status").replaceChildren();
  const { reply: one } = desk.result;
  const word = one.status === "abstained" ? "none" : one.confidence >= SURE_FROM ? "sure" : "likely";
  const found = one.status === "abstained" ? null : el("span", {}, counted("sources", one.citations.length));
  const sure = el("b", {}, el("span", { title: t("confidence", { value: number(100 * one.confidence) }) }, t(word)));
  const seconds = el("span", {}, t("seconds", { n: number(one.timings_ms.total / 1000, 2) }));
  $("status").replaceChildren(...[sure, found, seconds].filter(Boolean));
}

function paintError() {
  const { error } = desk;
  $("error").hidden = !error;
  if (!error) return $("error").replaceChildren();
  const parts = [
    el("b", {}, t(error.key, error.values)),
    error.hint ? el("span", {}, t(error.hint)) : null,
    error.id ? el("span", { class: "dim" }, t("error_id", { id: error.id })) : null,
    error.again ? el("button", { type: "button", class: "plain", on: () => ask() }, t("retry")) : null,
  ];
  $("error").replaceChildren(...parts.filter(Boolean));
}

function paintReply() {
  paintStatus();
  reply.paint(desk.result, cite);
  contact.paint();
  reply.mark(pane.current());
}

// ---- opening
export function cite(wanted, { focus = true } = {}) {
  const { reply: one, quotes } = desk.result || {};
  const citation = one?.citations.find((each) => each.number === Number(wanted));
  if (!citation) return;
  const others = one.citations.filter((each) => each !== citation && each.article_id === citation.article_id && each.language === citation.language);
  pane.open(citation.article_id, citation.language, { citation, focus, quote: quotes[citation.number] || "", others: others.map((each) => ({ number: each.number, open: () => cite(each.number) })) });
}

// ---- what people do
const fit = () => { box().style.height = "auto"; box().style.height = `${box().scrollHeight}px`; };
const keep = () => (box().value ? tab.set("lotse-draft", box().value) : tab.drop("lotse-draft"));

async function pasted() {
  const text = box().value;
  if (text.length < TICKET_CHARACTERS && text.split("\n").filter((line) => line.trim()).length < TICKET_LINES) return;
  const { questions } = await call("/api/v1/ticket-questions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }) }).catch(() => ({ questions: [] }));
  if (!questions.length || box().value !== text) return;
  start.paintTicket(questions, text);
  put(questions[0]);
}

export function wire() {
  const field = box();
  for (const product of Object.keys(boot.products)) $("product").append(el("option", { value: product, "data-product": product }));
  field.value = tab.get("lotse-draft") || "";
  field.addEventListener("input", () => { fit(); keep(); });
  field.addEventListener("paste", () => setTimeout(pasted));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
    if (event.key === "Escape") field.blur();
  });
  $("form").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  $("cancel").addEventListener("click", () => { desk.running?.abort(); field.focus(); });
  $("context-drop").addEventListener("click", dropContext);
  for (const name of ["product", "audience"]) $(name).addEventListener("change", () => desk.result && ask());
  $("reply").addEventListener("click", (event) => { const target = event.target.closest("[data-cite]"); if (target) cite(target.dataset.cite); });
  $("answer").addEventListener("click", pane.follow);
  $("follow").addEventListener("click", followUp);
  pane.onOpened((article_id, language) => { if (page.view === "ask") note("opened", { article_id, language }); });
  pane.onMarked(reply.mark);
  contact.wire();
  start.wire();
  onWords(() => { paintProducts(); paintContext(); paintReply(); paintError(); });
}

export function enter() {
  fit();
  box().focus();
}

export function key(event) {
  const pressed = event.key.toLowerCase();
  if (pressed === "/") {
    event.preventDefault();
    if (narrow() && pane.isOpen()) pane.close();
    box().focus();
    box().select();
  } else if (/^[1-9]$/.test(pressed)) cite(pressed);
  else if (pressed === "f" && desk.result) { event.preventDefault(); followUp(); }
  else contact.key(event, pressed);
}
