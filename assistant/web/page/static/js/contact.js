// What is done with an answer in a customer contact: copied, sent, rated, reported, handed over.
import { desk, isAnswered, recordAct } from "./desk-state.js";
import { post } from "./http.js";
import { $, page, sessionId, setPressed, t } from "./page.js";

const HANDING = ["gap", "escalate"];

// A new answer: nothing was done with it yet.
export function reset() {
  Object.assign(desk, { message: "", verdict: null, handing: "" });
  for (const name of ["rate", "hand"]) {
    $(name).hidden = true;
    $(name).reset();
  }
}

function say(key) {
  desk.message = key;
  paintMessage();
}

const paintMessage = () => {
  $("said").textContent = desk.message ? t(desk.message) : "";
};

// The id of the answer that is shown; what comes back later belongs to it only while it is still the same.
const shownId = () => desk.result?.reply.question_id;

// ---- copying
async function copyText(text, message) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return say("copy_failed");
  }
  recordAct("copied");
  say(message);
}

const copyAnswer = () => isAnswered() && copyText(desk.result.told[page.language].plain, "copied");

// Asked for anew among public articles: nothing internal can be in it.
async function copyReply() {
  if (!desk.result) return;
  const { question, question_id } = desk.result.reply;
  let reply;
  try {
    reply = await post("/api/v1/customer-reply", { question, product: $("product").value || null });
  } catch {
    return say("copy_failed");
  }
  if (shownId() !== question_id) return;
  if (!reply.text) return say("copy_reply_none");
  await copyText(reply.text, "copied_reply");
}

// ---- rating
async function rate(verdict, more = {}) {
  if (!desk.result) return;
  const question_id = shownId();
  try {
    await post("/api/v1/feedback", { question_id, verdict, actor: sessionId, ...more });
  } catch {
    return say("rate_failed");
  }
  if (shownId() !== question_id) return;
  desk.verdict = verdict;
  $("rate").hidden = true;
  say("thanks");
  paint();
}

const rateHelpful = () => isAnswered() && rate("helpful");

function openRating() {
  if (!isAnswered()) return;
  $("hand").hidden = true;
  $("rate").hidden = false;
  paint();
  $("reason").focus();
}

function closeRating() {
  $("rate").hidden = true;
  paint();
  $("not-helpful").focus();
}

function sendRating(event) {
  event.preventDefault();
  rate("not_helpful", { reason: $("reason").value || null, comment: $("comment").value });
}

// ---- reporting a gap and handing over: one form, two ends
function openHanding(kind) {
  if (!desk.result) return;
  desk.handing = kind;
  $("rate").hidden = true;
  $("hand").hidden = false;
  $("hand-reason").value = isAnswered() ? "doubtful_answer" : "no_answer";
  paint();
  $("hand-note").focus();
}

function closeHanding() {
  $("hand").hidden = true;
  paint();
  $(desk.handing).focus();
}

async function sendHanding(event) {
  event.preventDefault();
  const question_id = shownId();
  const isGap = desk.handing === "gap";
  const body = { question_id, note: $("hand-note").value, actor: sessionId };
  try {
    if (isGap) await post("/api/v1/gaps", body);
    else await post("/api/v1/escalations", { ...body, reason: $("hand-reason").value });
  } catch (error) {
    return say(error.status === 409 ? "escalate_waits" : "hand_failed");
  }
  if (shownId() !== question_id) return;
  $("hand").hidden = true;
  $("hand").reset();
  say(isGap ? "gap_done" : "escalate_done");
  paint();
  $(isGap ? "gap" : "escalate").focus();
}

// As in the box: Enter sends, Shift and Enter begin a new line
function sendOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

export function paint() {
  if (!desk.result) return;
  const answered = isAnswered();
  for (const name of ["copy", "copy-reply", "helpful", "not-helpful"]) $(name).hidden = !answered;
  for (const name of HANDING) {
    const first = !answered && name === "gap";
    $(name).classList.toggle("primary", first);
    $(name).classList.toggle("plain", !first);
    $(name).setAttribute("aria-expanded", !$("hand").hidden && desk.handing === name);
  }
  setPressed($("helpful"), desk.verdict === "helpful");
  setPressed($("not-helpful"), desk.verdict === "not_helpful");
  $("not-helpful").setAttribute("aria-expanded", !$("rate").hidden);
  paintHanding();
  paintMessage();
}

function paintHanding() {
  const isGap = desk.handing !== "escalate";
  $("hand-text").textContent = t(isGap ? "gap_text" : "escalate_text");
  $("hand-label").textContent = t(isGap ? "gap_note" : "escalate_note");
  $("hand-send").textContent = t(isGap ? "gap_send" : "escalate_send");
  $("hand-reasons").hidden = isGap;
}

export function wire() {
  $("copy").addEventListener("click", copyAnswer);
  $("copy-reply").addEventListener("click", copyReply);
  $("helpful").addEventListener("click", rateHelpful);
  $("not-helpful").addEventListener("click", openRating);
  $("rate-cancel").addEventListener("click", closeRating);
  $("rate").addEventListener("submit", sendRating);
  for (const name of HANDING) $(name).addEventListener("click", () => openHanding(name));
  $("hand").addEventListener("submit", sendHanding);
  for (const name of ["hand-note", "comment"]) $(name).addEventListener("keydown", sendOnEnter);
  $("hand-cancel").addEventListener("click", closeHanding);
}

const ACTION_BY_KEY = {
  c: copyAnswer,
  k: copyReply,
  h: rateHelpful,
  n: openRating,
  g: () => openHanding("gap"),
  e: () => openHanding("escalate"),
};

export function key(event, pressed) {
  const act = ACTION_BY_KEY[pressed];
  if (!act || !desk.result) return;
  event.preventDefault();
  act();
}
