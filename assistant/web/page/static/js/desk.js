// The agent's desk: asks, keeps what is typed, and shows what was answered. Around it: reply.js, contact.js, start.js.
import * as contact from "./contact.js";
import { desk, recordAct } from "./desk-state.js";
import { describeFailure, post } from "./http.js";
import {
  $,
  boot,
  button,
  el,
  formatCount,
  formatNumber,
  isNarrow,
  onLanguage,
  page,
  productName,
  sessionId,
  t,
  tabStore,
} from "./page.js";
import * as pane from "./pane.js";
import * as reply from "./reply.js";
import * as start from "./start.js";

const SURE_FROM = 0.8; // confidence from which an answer is "certain", below it "likely"
const BAR_MS = 100; // a question under way shows nothing before, then a bar,
const WORDS_MS = 1000; // and from here on words and a way to cancel
const TICKET_CHARACTERS = 280; // what is pasted and longer than a question is a ticket
const TICKET_LINES = 4;

const box = () => $("question");
const audience = () => $("audience").querySelector("input:checked").value;

// ---- asking
export async function ask(question = box().value.trim()) {
  const wrong = complaint(question);
  if (wrong) return fail(wrong);
  desk.request?.abort();
  const request = new AbortController();
  Object.assign(desk, { request, error: null });
  paintError();
  const timers = [setTimeout(showBar, BAR_MS), setTimeout(showSlow, WORDS_MS)];
  try {
    desk.result = await post("/page/ask", questionBody(question), request.signal);
    showResult(question);
  } catch (error) {
    if (error.name !== "AbortError") fail({ ...describeFailure(error), again: true });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    if (desk.request === request) endRequest();
  }
}

// What is wrong with a question before it is asked
function complaint(question) {
  if (!question) return { key: "error_empty" };
  if (question.length <= boot.most) return null;
  return { key: "error_long", values: { n: formatNumber(question.length), max: formatNumber(boot.most) } };
}

const questionBody = (question) => ({
  question,
  previous: desk.context,
  audience: audience(),
  product: $("product").value || null,
  session: sessionId,
  actor: sessionId,
});

function showBar() {
  $("desk").dataset.busy = "true";
}

function showSlow() {
  desk.slow = true;
  $("cancel").hidden = false;
  paintStatus();
}

function endRequest() {
  Object.assign(desk, { request: null, slow: false });
  $("desk").dataset.busy = "false";
  $("cancel").hidden = true;
  paintStatus();
}

function showResult(question) {
  $("desk").dataset.state = "reply";
  start.remember(question);
  contact.reset();
  pane.clear();
  paintReply();
  if (!isNarrow()) openCitation(1, { focus: false });
  // The keys 1–9, C, H … work outside the box; who is typing on already is left alone.
  const done = document.activeElement === box() && box().value.trim() === question;
  if (done) $("answer").focus({ preventScroll: true });
}

function fail(error) {
  desk.error = error;
  paintError();
  paintStatus();
  box().focus();
}

function chooseQuestion(question, { now = true } = {}) {
  box().value = question;
  fitBox();
  keepDraft();
  if (now) ask();
}

// ---- following up
function followUp() {
  const question = desk.result?.reply.question;
  if (!question) return;
  desk.context = question;
  chooseQuestion("", { now: false });
  paintContext();
  box().focus();
}

function dropContext() {
  desk.context = "";
  paintContext();
  box().focus();
}

// ---- painting
function paintContext() {
  $("context").hidden = !desk.context;
  $("context-text").textContent = desk.context ? t("context", { question: desk.context }) : "";
  box().placeholder = t(desk.context ? "placeholder_follow" : "placeholder");
}

function paintProducts() {
  for (const option of $("product").querySelectorAll("[data-product]")) {
    option.textContent = productName(option.dataset.product);
  }
}

function confidenceWord({ status, confidence }) {
  if (status === "abstained") return "none";
  return confidence >= SURE_FROM ? "sure" : "likely";
}

function paintStatus() {
  $("empty").hidden = Boolean(desk.result || desk.error || desk.ticket);
  if (desk.slow) return $("status").replaceChildren(el("span", {}, t("searching_long")));
  if (!desk.result || desk.error) return $("status").replaceChildren();
  const { reply: shown } = desk.result;
  const title = t("confidence", { value: formatNumber(100 * shown.confidence) });
  const parts = [el("b", {}, el("span", { title }, t(confidenceWord(shown))))];
  if (shown.status !== "abstained") parts.push(el("span", {}, formatCount("sources", shown.citations.length)));
  parts.push(el("span", {}, t("seconds", { n: formatNumber(shown.timings_ms.total / 1000, 2) })));
  $("status").replaceChildren(...parts);
}

function paintError() {
  const { error } = desk;
  $("error").hidden = !error;
  if (!error) return $("error").replaceChildren();
  const parts = [el("b", {}, t(error.key, error.values))];
  if (error.hint) parts.push(el("span", {}, t(error.hint)));
  if (error.id) parts.push(el("span", { class: "dim" }, t("error_id", { id: error.id })));
  if (error.again) parts.push(button("plain", () => ask(), t("retry")));
  $("error").replaceChildren(...parts);
}

function paintReply() {
  paintStatus();
  reply.paint(desk.result);
  contact.paint();
  reply.markOpen(pane.current());
}

// ---- opening
function openCitation(number, { focus = true } = {}) {
  const { reply: shown, quotes } = desk.result || {};
  const citation = shown?.citations.find((candidate) => candidate.number === Number(number));
  if (!citation) return;
  const inSameArticle = ({ article_id, language }) =>
    article_id === citation.article_id && language === citation.language;
  const others = shown.citations
    .filter((other) => other !== citation && inSameArticle(other))
    .map((other) => ({ number: other.number, open: () => openCitation(other.number) }));
  const passage = { citation, focus, quote: quotes[citation.number] || "", others };
  pane.open(citation.article_id, citation.language, passage);
}

// ---- the box
function fitBox() {
  box().style.height = "auto";
  box().style.height = `${box().scrollHeight}px`;
}

function keepDraft() {
  if (box().value) tabStore.set("lotse-draft", box().value);
  else tabStore.drop("lotse-draft");
}

function isTicket(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return text.length >= TICKET_CHARACTERS || lines.length >= TICKET_LINES;
}

async function readPasted() {
  const text = box().value;
  if (!isTicket(text)) return;
  const { questions } = await post("/api/v1/ticket-questions", { text }).catch(() => ({ questions: [] }));
  if (!questions.length || box().value !== text) return;
  start.showTicket({ questions, text });
  chooseQuestion(questions[0]);
}

function pressInBox(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask();
  }
  if (event.key === "Escape") box().blur();
}

function wireBox() {
  box().value = tabStore.get("lotse-draft") || "";
  box().addEventListener("input", () => {
    fitBox();
    keepDraft();
  });
  box().addEventListener("paste", () => setTimeout(readPasted));
  box().addEventListener("keydown", pressInBox);
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  $("cancel").addEventListener("click", () => {
    desk.request?.abort();
    box().focus();
  });
}

export function wire() {
  for (const product of Object.keys(boot.products)) {
    $("product").append(el("option", { value: product, "data-product": product }));
  }
  wireBox();
  $("context-drop").addEventListener("click", dropContext);
  for (const name of ["product", "audience"]) $(name).addEventListener("change", () => desk.result && ask());
  $("reply").addEventListener("click", (event) => {
    const citation = event.target.closest("[data-cite]");
    if (citation) openCitation(citation.dataset.cite);
  });
  $("answer").addEventListener("click", pane.followLink);
  $("follow").addEventListener("click", followUp);
  pane.onOpened((article_id, language) => {
    if (page.view === "ask") recordAct("opened", { article_id, language });
  });
  pane.onMarked(reply.markOpen);
  contact.wire();
  start.wire(chooseQuestion);
  onLanguage(() => {
    paintProducts();
    paintContext();
    paintReply();
    paintError();
  });
}

export function enter() {
  fitBox();
  box().focus();
}

function returnToBox() {
  if (isNarrow() && pane.isOpen()) pane.close();
  box().focus();
  box().select();
}

export function key(event) {
  const pressed = event.key.toLowerCase();
  if (pressed === "/") {
    event.preventDefault();
    returnToBox();
  } else if (/^[1-9]$/.test(pressed)) {
    openCitation(pressed);
  } else if (pressed === "f" && desk.result) {
    event.preventDefault();
    followUp();
  } else {
    contact.key(event, pressed);
  }
}
