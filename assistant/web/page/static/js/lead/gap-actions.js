// What a lead does about a gap, in the order of doing it.
import { post } from "../http.js";
import { $, button, el, formatDay, formatNumber, page, parseDay, t, today } from "../page.js";
import { runJob } from "./jobs.js";
import { errorBox, langOf, tableOf } from "./parts.js";
import { wordingsOf } from "./wordings.js";

const MENDED = ["findability", "stale", "conflict", "restricted", "weak"]; // an article is there, and is to be changed
const CLOSED = ["verified", "declined"];

// By gap, the forms that stand open and what was typed there; what redraws the gap keeps them
const openForms = new Map();

export const forgetForms = (gap_id) => openForms.delete(gap_id);

// context: the board that the gap stands on; redraw(gap), which gives the message line of what is drawn then; and the
// nodes for a message and for a job under way
export function actions(gap, context) {
  const isOpen = !CLOSED.includes(gap.state);
  const parts = [
    ...(isOpen ? ownership(gap, context) : []),
    ...(isOpen ? [draftButton(gap, context)] : []),
    ...(gap.linked ? [actionButton("act_verify", () => verify(gap, context), "primary")] : []),
    ...(gap.state === "drafting" ? [moveButton("act_review", gap, context, "review")] : []),
    ...(isOpen && gap.state !== "snoozed" ? [snoozeForm(gap, context)] : []),
    ...(isOpen ? [declineForm(gap, context), mergeForm(gap, context)] : []),
    ...(wordingsOf(gap).length > 1 ? [splitForm(gap, context)] : []),
    ...(!isOpen || gap.state === "snoozed" ? [moveButton("act_reopen", gap, context, "open")] : []),
  ];
  return el("div", { class: "actions" }, ...parts);
}

const gapPath = (gap, action) => `/api/v1/gaps/${gap.gap_id}/${action}`;
const actionButton = (name, on, kind = "plain") => button(kind, on, t(name), { "data-act": name });

// Does something with the gap; what fails is told below the buttons.
async function attempt({ message }, action) {
  try {
    await action();
  } catch (error) {
    message.replaceChildren(errorBox(error));
  }
}

// Changes the gap as its version is here, and shows it as it is then.
const change = (gap, context, action, body) =>
  attempt(context, async () => {
    context.redraw(await post(gapPath(gap, action), { version: gap.version, ...body }));
  });

const moveButton = (name, gap, context, state) => actionButton(name, () => change(gap, context, "move", { state }));

function ownership(gap, context) {
  const { name } = page.me;
  const take = () => change(gap, context, "assign", { owner: name });
  const assign = fieldForm(gap, "act_assign", "act_owner", (owner) => change(gap, context, "assign", { owner }));
  return name === gap.owner ? [assign] : [actionButton("act_take", take, gap.owner ? "plain" : "primary"), assign];
}

function draftButton(gap, context) {
  const name = MENDED.includes(gap.cause) ? "act_mend" : "act_draft";
  return actionButton(name, () => beginDraft(gap, context), gap.owner ? "primary" : "plain");
}

function snoozeForm(gap, context) {
  return fieldForm(gap, "act_snooze", "act_until", (written) => {
    const until = parseDay(written);
    if (until) return change(gap, context, "move", { state: "snoozed", until });
    const words = t("days_unread", { text: written, today: formatDay(today()) });
    context.message.replaceChildren(el("p", { class: "wrong", role: "alert" }, words));
  });
}

const declineForm = (gap, context) =>
  fieldForm(gap, "act_decline", "act_reason", (reason) => change(gap, context, "move", { state: "declined", reason }));

function mergeForm(gap, context) {
  const others = context.board.others(gap.gap_id);
  return fieldForm(gap, "act_merge", "act_other", (other) => change(gap, context, "merge", { other }), others);
}

// ---- forms that a button opens
// One field and what to do with it; `gaps` are offered as one types
function fieldForm(gap, name, fieldLabel, send, gaps = []) {
  const list = gaps.length ? `lotse-${name}-list` : null;
  const option = ({ gap_id, title, language }) => el("option", { value: gap_id, lang: langOf(language) }, title);
  const attributes = { type: "text", name: "text", required: true, maxlength: 200, list, autocomplete: "off" };
  const field = el("input", attributes);
  const form = el(
    "form",
    { class: "form small" },
    el("label", {}, el("span", {}, t(fieldLabel)), field),
    list ? el("datalist", { id: list }, ...gaps.map(option)) : null,
    el("button", { type: "submit", class: "primary" }, t(name)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(field.value.trim());
  });
  return unfolding(gap, name, form, field);
}

// Drawn anew, as in another language, a form stands open with what was typed, and leaves the focus where it is.
function unfolding(gap, name, form, firstField) {
  if (!openForms.has(gap.gap_id)) openForms.set(gap.gap_id, new Map());
  const forms = openForms.get(gap.gap_id);
  const typed = forms.get(name);
  const attributes = { class: "act", "data-act": name, open: Boolean(typed) };
  const details = el("details", attributes, el("summary", { class: "plain" }, t(name)), form);
  if (typed) restoreFields(form, typed);
  form.dispatchEvent(new Event("change"));
  const keepTyped = () => (details.open ? forms.set(name, new FormData(form)) : forms.delete(name));
  let isRedrawn = Boolean(typed);
  form.addEventListener("input", keepTyped);
  details.addEventListener("toggle", () => {
    keepTyped();
    if (details.open && !isRedrawn) firstField.focus();
    isRedrawn = false;
  });
  return details;
}

function restoreFields(form, typed) {
  for (const field of form.elements) {
    const values = typed.getAll(field.name);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
}

// Which questions are a need of their own: picked by their words, all that were asked so go together.
function splitForm(gap, context) {
  const wordings = wordingsOf(gap);
  const boxes = wordings.map(({ text }) => el("input", { type: "checkbox", name: "picked", value: text }));
  const picked = () => wordings.filter((_, index) => boxes[index].checked);
  const choice = (wording, index) => {
    const times = wording.times > 1 ? ` (${formatNumber(wording.times)} ×)` : "";
    const words = el("span", {}, wording.text + times);
    return el("label", { class: "check", lang: langOf(wording.language) }, boxes[index], words);
  };
  const title = el("input", { type: "text", name: "title", maxlength: 300, autocomplete: "off" });
  const send = el("button", { type: "submit", class: "primary", disabled: true }, t("split_send"));
  const form = el(
    "form",
    { class: "form small" },
    el("fieldset", { class: "picks" }, el("legend", {}, t("split_which")), ...wordings.map(choice)),
    el("label", {}, el("span", {}, t("split_title")), title),
    send,
  );
  form.addEventListener("change", () => {
    const count = picked().length;
    send.disabled = !count || count === wordings.length;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question_ids = picked().flatMap(({ ids }) => ids);
    attempt(context, () => split(gap, context, question_ids, title.value.trim()));
  });
  return unfolding(gap, "act_split", form, boxes[0]);
}

async function split(gap, { board }, question_ids, title) {
  const made = await post(gapPath(gap, "split"), { version: gap.version, question_ids, title });
  forgetForms(gap.gap_id);
  board.changed();
  await board.choose(made.gap_id);
  $("gap-detail").querySelector(".said").textContent = t("split_done", { gap: made.gap_id, from: gap.gap_id });
}

// ---- drafting and verifying
const beginDraft = (gap, context) =>
  attempt(context, async () => {
    const { gap: changed, draft } = await post(gapPath(gap, "draft"), { told_in: page.language });
    const message = context.redraw(changed);
    if (!draft.steps.length) return message.replaceChildren(...draftedWords(draft.path));
    const steps = draft.steps.map((step) => el("li", {}, step.replace(/^- /, "")));
    message.replaceChildren(el("ul", { class: "plain-list" }, ...steps));
  });

const draftedWords = (path) => [el("p", {}, t("drafted", { path })), el("p", { class: "dim" }, t("drafted_next"))];

function verify(gap, context) {
  const { message, job, redraw } = context;
  message.replaceChildren();
  return attempt(context, async () => {
    if (!(await runJob(job, "/api/v1/ingest", {}, "reading"))) return;
    const result = await runJob(job, gapPath(gap, "verify"), {}, "proving");
    if (!result) return;
    const newMessage = redraw(result.gap);
    newMessage.replaceChildren(beforeAndAfter(result.verification));
    newMessage.scrollIntoView({ block: "nearest" });
  });
}

// Every question before and after, side by side
function beforeAndAfter({ questions, titles, closed }) {
  const passed = questions.filter((question) => question.passed).length;
  const counts = { n: formatNumber(passed), of: formatNumber(questions.length) };
  const rows = questions.map((question) => [
    question.text,
    answerWords(question.before, titles),
    answerWords(question.after, titles),
    outcome(question),
  ]);
  const heads = [[t("question_head")], [t("before")], [t("after")], [t("outcome")]];
  const verdict = el("b", {}, t(closed ? "proof_closed" : "proof_open", counts));
  return el("div", { class: "proof" }, el("p", {}, verdict), tableOf(heads, rows));
}

function answerWords(answer, titles) {
  if (!answer) return "–";
  const status = t(answer.status === "answered" ? "was_answered" : "was_abstained");
  if (!answer.cited?.length) return status;
  const cited = answer.cited.map((key) => titles[key] || key.split("@")[0]);
  return `${status} (${cited.join(", ")})`;
}

function outcome({ passed, fault }) {
  const failed = fault ? `fault_${fault}` : "failed";
  return el("span", { class: `state ${passed ? "fresh" : "overdue"}` }, t(passed ? "passed" : failed));
}
