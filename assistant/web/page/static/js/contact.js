// What is done with an answer in a customer contact: copied, sent, rated, reported, handed over.
import { $, page, session, t } from "./page.js";
import { post } from "./http.js";
import { desk, followUp, note } from "./desk.js";

const said = { key: "", rated: null, hand: "" };

export function fresh() {
  Object.assign(said, { key: "", rated: null, hand: "" });
  for (const name of ["rate", "hand"]) { $(name).hidden = true; $(name).reset(); }
}

const say = (key) => { said.key = key; $("said").textContent = key ? t(key) : ""; };
const answered = () => desk.result?.reply.status === "answered";

// ---- copying
async function put(text, kind) {
  try {
    await navigator.clipboard.writeText(text);
    note("copied");
    say(kind);
  } catch { say("copy_failed"); }
}

const copy = () => answered() && put(desk.result.told[page.language].plain, "copied");

// Asked for anew among public articles: nothing internal can be in it.
async function copyReply() {
  if (!desk.result) return;
  const { reply } = desk.result;
  const asked = reply.question_id;
  let made;
  try {
    made = await post("/api/v1/customer-reply", { question: reply.question, product: $("product").value || null });
  } catch { return say("copy_failed"); }
  if (desk.result?.reply.question_id !== asked) return;
  if (!made.text) return say("copy_reply_none");
  await put(made.text, "copied_reply");
}

// ---- rating
async function rate(verdict, more = {}) {
  if (!desk.result) return;
  const asked = desk.result.reply.question_id;
  try {
    await post("/api/v1/feedback", { question_id: asked, verdict, actor: session, ...more });
  } catch { return say("rate_failed"); }
  if (desk.result.reply.question_id !== asked) return;
  said.rated = verdict;
  $("rate").hidden = true;
  say("thanks");
  paint();
}

function wantReason() {
  if (!desk.result) return;
  $("hand").hidden = true;
  $("rate").hidden = false;
  paint();
  $("reason").focus();
}

// ---- reporting a gap and handing over: one form, two ends
function wantHand(kind) {
  if (!desk.result) return;
  said.hand = kind;
  $("rate").hidden = true;
  $("hand").hidden = false;
  $("hand-reason").value = answered() ? "doubtful_answer" : "no_answer";
  paint();
  $("hand-note").focus();
}

async function hand(event) {
  event.preventDefault();
  const asked = desk.result.reply.question_id, gap = said.hand === "gap";
  const body = { question_id: asked, note: $("hand-note").value, actor: session };
  try {
    await (gap ? post("/api/v1/gaps", body) : post("/api/v1/escalations", { ...body, reason: $("hand-reason").value }));
  } catch (error) { return say(error.status === 409 ? "escalate_waits" : "hand_failed"); }
  if (desk.result.reply.question_id !== asked) return;
  $("hand").hidden = true;
  $("hand").reset();
  say(gap ? "gap_done" : "escalate_done");
  paint();
  $(gap ? "gap" : "escalate").focus();
}

// As in the box: Enter sends, Shift and Enter begin a new line
function sends(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

export function paint() {
  if (!desk.result) return;
  for (const name of ["copy", "copy-reply", "helpful", "not-helpful"]) $(name).hidden = !answered();
  for (const name of ["gap", "escalate"]) $(name).classList.toggle("primary", !answered() && name === "gap");
  for (const name of ["gap", "escalate"]) $(name).classList.toggle("plain", answered() || name !== "gap");
  $("helpful").setAttribute("aria-pressed", said.rated === "helpful");
  $("not-helpful").setAttribute("aria-pressed", said.rated === "not_helpful");
  $("not-helpful").setAttribute("aria-expanded", !$("rate").hidden);
  for (const name of ["gap", "escalate"]) $(name).setAttribute("aria-expanded", !$("hand").hidden && said.hand === name);
  const gap = said.hand !== "escalate";
  $("hand-text").textContent = t(gap ? "gap_text" : "escalate_text");
  $("hand-label").textContent = t(gap ? "gap_note" : "escalate_note");
  $("hand-send").textContent = t(gap ? "gap_send" : "escalate_send");
  $("hand-reasons").hidden = gap;
  $("said").textContent = said.key ? t(said.key) : "";
}

export function wire() {
  $("copy").addEventListener("click", copy);
  $("copy-reply").addEventListener("click", copyReply);
  $("helpful").addEventListener("click", () => rate("helpful"));
  $("not-helpful").addEventListener("click", wantReason);
  $("rate-cancel").addEventListener("click", () => { $("rate").hidden = true; paint(); $("not-helpful").focus(); });
  $("rate").addEventListener("submit", (event) => { event.preventDefault(); rate("not_helpful", { reason: $("reason").value || null, comment: $("comment").value }); });
  for (const name of ["gap", "escalate"]) $(name).addEventListener("click", () => wantHand(name));
  $("hand").addEventListener("submit", hand);
  for (const name of ["hand-note", "comment"]) $(name).addEventListener("keydown", sends);
  $("hand-cancel").addEventListener("click", () => { $("hand").hidden = true; paint(); $(said.hand).focus(); });
}

export function key(event, pressed) {
  if (!desk.result) return;
  const does = { c: copy, k: copyReply, h: () => answered() && rate("helpful"), n: () => answered() && wantReason(), g: () => wantHand("gap"), e: () => wantHand("escalate"), f: followUp }[pressed];
  if (!does) return;
  event.preventDefault();
  does();
}
