// One gap: what customers asked, the proof of its cause, how its priority adds up, and what a lead does about it.
import { $, day, dayOf, el, moment, number, page, productName, t, today, tongue } from "../page.js";
import { call, post } from "../http.js";
import { fill, inOther, read, table, trouble, work } from "./parts.js";

const FEW = 6;
const MENDED = ["findability", "stale", "conflict", "restricted", "weak"]; // an article is there, and is to be changed

const begun = new Map(); // by gap, the forms that stand open and what was typed there; what redraws the gap keeps them

// around: the board that the gap stands on, as { changed, choose, others }
export function show(place, gap_id, around) {
  return fill(place, () => call(`/api/v1/gaps/${encodeURIComponent(gap_id)}`), (gap) => draw(place, gap, around));
}

const fold = (key, ...parts) => el("details", {}, el("summary", {}, t(key)), ...parts);
const article = (one) => el("button", { type: "button", class: "link", lang: one.language, on: () => read(one) }, one.title || one.article_id);

function draw(place, gap, around) {
  const said = el("p", { class: "said", role: "status" }), job = el("div");
  const again = (data) => { begun.delete(gap.gap_id); around.changed(); place.replaceChildren(...draw(place, data, around)); };
  return [
    el("h2", { lang: inOther(gap.language) }, gap.title),
    el("p", { class: "facts" }, el("span", {}, gap.gap_id), el("span", {}, t(`state_${gap.state}`)), el("span", {}, gap.owner ? t("owned_by", { name: gap.owner }) : t("no_owner")), el("span", {}, tongue(gap.language)), gap.products.length ? el("span", {}, gap.products.map(productName).join(", ")) : null),
    el("p", { class: "cause" }, el("span", { class: "tag" }, t(`cause_${gap.cause}`)), " ", t(`cause_${gap.cause}_why`), " ", el("b", {}, t(`do_${gap.cause}`))),
    actions(place, gap, { around, again, said, job }),
    said, job,
    proof(gap),
    questions(gap),
    el("h3", { class: "label" }, t("nearest")),
    gap.nearest.length ? el("ul", { class: "rows" }, ...gap.nearest.slice(0, 5).map((one) => el("li", { class: "plain-row" }, article(one), el("span", { class: "meta" }, number(one.score, 2))))) : el("p", { class: "dim" }, t("nearest_none")),
    fold("priority_why", arithmetic(gap)),
    fold("history", el("ol", { class: "history" }, ...gap.history.map((one) => el("li", {}, `${moment(one.at)} · ${t(`entry_${one.kind}`)}${one.from !== one.to ? ` → ${t(`state_${one.to}`)}` : ""}${one.actor ? ` · ${one.actor}` : ""}${note(one) ? ` · ${note(one)}` : ""}`)))),
  ];
}

// What stands behind a line of the history: what somebody noted, or why a gap opened of itself
function note(entry) {
  const asked = entry.kind === "reopened" && !entry.actor && entry.detail.questions;
  return asked ? t("reopened_why", { n: number(asked.filter((one) => one.passed).length), of: number(asked.length) }) : entry.note;
}

function proof(gap) {
  const { article: about, sentence, rank } = gap.evidence;
  const sides = [gap.evidence.left, gap.evidence.right].filter((side) => side && typeof side === "object");
  if (sides.length === 2) return el("div", {}, el("h3", { class: "label" }, t("proof_conflict")), el("div", { class: "sides" }, ...sides.map((side) => el("blockquote", { lang: inOther(side.language) }, el("p", {}, ...differing(side)), article(side)))));
  if (!about) return el("p", { class: "dim" }, t("proof_none"));
  return el("div", {}, el("h3", { class: "label" }, t(["missing", "out_of_scope"].includes(gap.cause) ? "proof_near" : "proof")), el("blockquote", { lang: inOther(about.language) }, el("p", {}, sentence || ""), article(about)), rank ? el("p", { class: "dim" }, t("proof_rank", { n: number(rank) })) : null);
}

// The same words asked again are one line with their number; the newest day stands for them.
function wordings(gap) {
  const lines = new Map();
  for (const one of gap.questions) {
    const known = lines.get(one.text) || { ...one, ids: [] };
    lines.set(one.text, { ...known, ids: [...known.ids, one.id], times: known.ids.length + 1, asked_at: one.asked_at > known.asked_at ? one.asked_at : known.asked_at });
  }
  return [...lines.values()].sort((one, other) => other.times - one.times);
}

// A sentence of a contradiction with what differs in it marked
function differing({ sentence, value }) {
  const at = value ? sentence.indexOf(value) : -1;
  return at < 0 ? [sentence] : [sentence.slice(0, at), el("mark", {}, value), sentence.slice(at + value.length)];
}

function questions(gap) {
  const often = wordings(gap);
  const line = (one) => el("li", { class: "plain-row" }, el("span", { class: "what", lang: inOther(one.language) }, one.text), el("span", { class: "meta" }, [one.times > 1 ? `${number(one.times)} ×` : "", one.kind === "ticket" ? t("ticket") : "", day(one.asked_at)].filter(Boolean).join(" · ")));
  const [few, rest] = [often.slice(0, FEW), often.slice(FEW)];
  const asked = [t("asked_questions", { n: number(gap.demand.questions) }), t("asked_people", { n: number(gap.demand.actors) }), gap.demand.tickets ? t("asked_tickets", { n: number(gap.demand.tickets) }) : ""];
  return el("div", {}, el("h3", { class: "label" }, asked.filter(Boolean).join(" · ")),
    el("ul", { class: "rows" }, ...few.map(line)), rest.length ? el("details", {}, el("summary", {}, t("more_n", { n: number(rest.length) })), el("ul", { class: "rows" }, ...rest.map(line))) : null);
}

function arithmetic(gap) {
  const cells = (one) => {
    const name = t(`why_${one.what}`, { gap: one.gap_id });
    if ("factor" in one) return [name, "", "", `× ${number(one.factor, 2)}`];
    if ("share" in one) return [name, number(one.questions), "", number(one.of * one.share, 1)];
    return [name, number(one.count), t("minutes", { n: number(one.minutes, 1) }), number(one.value, 1)];
  };
  return table([[t("why_what")], [t("why_count"), "number"], [t("why_each"), "number"], [t("why_value"), "number"]], gap.arithmetic.map(cells), t("priority_hint"));
}

// ---- what a lead does, in the order of doing it
function actions(place, gap, { around, again, said, job }) {
  const run = async (ask) => {
    try { again(await ask()); } catch (error) { said.replaceChildren(trouble(error)); }
  };
  const act = (path, body) => run(() => post(`/api/v1/gaps/${gap.gap_id}/${path}`, { version: gap.version, ...body }));
  const button = (key, on, kind = "plain") => el("button", { type: "button", class: kind, on, "data-act": key }, t(key));
  const closed = ["verified", "declined"].includes(gap.state);
  const parts = [];
  if (!closed && page.me.name !== gap.owner) parts.push(button("act_take", () => act("assign", { owner: page.me.name }), gap.owner ? "plain" : "primary"));
  if (!closed) parts.push(ask(gap, "act_assign", "act_owner", (owner) => act("assign", { owner })));
  if (!closed) parts.push(button(MENDED.includes(gap.cause) ? "act_mend" : "act_draft", () => draft(place, gap, again, said), gap.owner ? "primary" : "plain"));
  if (gap.linked) parts.push(button("act_verify", () => prove(place, gap, again, said, job), "primary"));
  if (["drafting"].includes(gap.state)) parts.push(button("act_review", () => act("move", { state: "review" })));
  if (!closed && gap.state !== "snoozed") parts.push(ask(gap, "act_snooze", "act_until", (until) => (dayOf(until) ? act("move", { state: "snoozed", until: dayOf(until) }) : said.replaceChildren(el("p", { class: "wrong", role: "alert" }, t("days_unread", { text: until, today: day(today()) }))))));
  if (!closed) parts.push(ask(gap, "act_decline", "act_reason", (reason) => act("move", { state: "declined", reason })));
  if (!closed) parts.push(ask(gap, "act_merge", "act_other", (other) => act("merge", { other }), "text", around.others(gap.gap_id).map((one) => [one.gap_id, one.title, inOther(one.language)])));
  if (wordings(gap).length > 1) parts.push(splitting(gap, around, said));
  if (closed || gap.state === "snoozed") parts.push(button("act_reopen", () => act("move", { state: "open" })));
  return el("div", { class: "actions" }, ...parts);
}

// A button that opens one field with what to do next
function ask(gap, name, label, done, type = "text", offered = []) {
  const listed = offered.length ? `lotse-${name}-list` : null;
  const field = el("input", { type, name: "text", required: true, maxlength: type === "text" ? 200 : null, list: listed, autocomplete: "off" });
  const form = el("form", { class: "form small" }, el("label", {}, el("span", {}, t(label)), field),
    listed ? el("datalist", { id: listed }, ...offered.map(([value, words, lang]) => el("option", { value, lang }, words))) : null,
    el("button", { type: "submit", class: "primary" }, t(name)));
  form.addEventListener("submit", (event) => { event.preventDefault(); done(field.value.trim()); });
  return opening(gap, name, form, field);
}

// Drawn anew, as in another language, it stands open with what was typed, and leaves the focus where it is.
function opening(gap, name, form, first) {
  const forms = begun.get(gap.gap_id) || begun.set(gap.gap_id, new Map()).get(gap.gap_id), typed = forms.get(name);
  const whole = el("details", { class: "act", "data-act": name, open: Boolean(typed) }, el("summary", { class: "plain" }, t(name)), form);
  for (const field of typed ? form.elements : []) {
    const values = typed.getAll(field.name);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
  form.dispatchEvent(new Event("change"));
  const note = () => (whole.open ? forms.set(name, new FormData(form)) : forms.delete(name));
  let drawn = Boolean(typed);
  form.addEventListener("input", note);
  whole.addEventListener("toggle", () => { note(); if (whole.open && !drawn) first.focus(); drawn = false; });
  return whole;
}

// Which questions are a need of their own: picked by their words, all that were asked so go together.
function splitting(gap, around, said) {
  const lines = wordings(gap), often = (one) => (one.times > 1 ? ` (${number(one.times)} ×)` : "");
  const boxes = lines.map((one) => el("input", { type: "checkbox", name: "picked", value: one.text }));
  const picked = () => lines.filter((_, place) => boxes[place].checked);
  const title = el("input", { type: "text", name: "title", maxlength: 300, autocomplete: "off" });
  const send = el("button", { type: "submit", class: "primary", disabled: true }, t("split_send"));
  const form = el("form", { class: "form small" },
    el("fieldset", { class: "picks" }, el("legend", {}, t("split_which")), ...lines.map((one, place) => el("label", { class: "check", lang: inOther(one.language) }, boxes[place], el("span", {}, one.text + often(one))))),
    el("label", {}, el("span", {}, t("split_title")), title), send);
  form.addEventListener("change", () => { const n = picked().length; send.disabled = !n || n === lines.length; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = { version: gap.version, question_ids: picked().flatMap((one) => one.ids), title: title.value.trim() };
    try {
      const made = await post(`/api/v1/gaps/${gap.gap_id}/split`, body);
      begun.delete(gap.gap_id);
      around.changed();
      await around.choose(made.gap_id);
      $("gap-detail").querySelector(".said").textContent = t("split_done", { gap: made.gap_id, from: gap.gap_id });
    } catch (error) { said.replaceChildren(trouble(error)); }
  });
  return opening(gap, "act_split", form, boxes[0]);
}

async function draft(place, gap, again, said) {
  try {
    const made = await post(`/api/v1/gaps/${gap.gap_id}/draft`, { told_in: page.language });
    again(made.gap);
    const { steps, path } = made.draft;
    const told = steps.length ? el("ul", { class: "plain-list" }, ...steps.map((line) => el("li", {}, line.replace(/^- /, "")))) : el("p", {}, t("drafted", { path }));
    place.querySelector(".said").replaceChildren(told, steps.length ? "" : el("p", { class: "dim" }, t("drafted_next")));
  } catch (error) { said.replaceChildren(trouble(error)); }
}

async function prove(place, gap, again, said, job) {
  said.replaceChildren();
  try {
    if (!(await work(job, "/api/v1/ingest", {}, "reading"))) return;
    const result = await work(job, `/api/v1/gaps/${gap.gap_id}/verify`, {}, "proving");
    if (!result) return;
    again(result.gap);
    place.querySelector(".said").replaceChildren(beforeAfter(result.verification));
    place.querySelector(".said").scrollIntoView({ block: "nearest" });
  } catch (error) { said.replaceChildren(trouble(error)); }
}

// Every question before and after, side by side
function beforeAfter(made) {
  const word = (one) => (one ? `${t(one.status === "answered" ? "was_answered" : "was_abstained")}${one.cited?.length ? ` (${one.cited.map((key) => made.titles[key] || key.split("@")[0]).join(", ")})` : ""}` : "–");
  const rows = made.questions.map((one) => [one.text, word(one.before), word(one.after), el("span", { class: `state ${one.passed ? "fresh" : "overdue"}` }, t(one.passed ? "passed" : one.fault ? `fault_${one.fault}` : "failed"))]);
  return el("div", { class: "proof" }, el("p", {}, el("b", {}, t(made.closed ? "proof_closed" : "proof_open", { n: number(made.questions.filter((one) => one.passed).length), of: number(made.questions.length) }))), table([[t("question_head")], [t("before")], [t("after")], [t("outcome")]], rows));
}
