// Escalations: what agents handed over, answered in place.
import { el, moment, page, t } from "../page.js";
import { call, post } from "../http.js";
import { empty, fill, inOther, trouble } from "./parts.js";

const inbox = { all: false, typed: {} }; // typed: what was begun, by escalation; answering one redraws all

function card(one, again) {
  const note = one.note ? el("blockquote", { lang: inOther(one.language || page.language) }, el("p", {}, one.note)) : null;
  const head = el("div", {}, el("p", { class: "what", lang: inOther(one.language || page.language) }, one.question), el("p", { class: "facts" }, el("span", {}, one.escalation_id), el("span", {}, moment(one.at)), el("span", {}, t(`escalate_${one.reason}`))), note);
  if (one.answered_at) return el("li", { class: "case" }, head, el("blockquote", { lang: inOther(one.language || page.language) }, el("p", {}, one.answer)), el("p", { class: "dim" }, t("answered_by", { name: one.answered_by, date: moment(one.answered_at) })), one.linked ? null : begin(one));
  const text = el("textarea", { rows: 2, required: true, maxlength: 5000 }), said = el("div");
  text.value = inbox.typed[one.escalation_id] || "";
  text.addEventListener("input", () => { inbox.typed[one.escalation_id] = text.value; });
  const form = el("form", { class: "form" }, el("label", {}, el("span", {}, t("inbox_answer")), text), el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, t("inbox_send"))), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { await post(`/api/v1/escalations/${one.escalation_id}/answer`, { text: text.value }); delete inbox.typed[one.escalation_id]; again(); } catch (error) { said.replaceChildren(trouble(error)); }
  });
  return el("li", { class: "case" }, head, form);
}

function begin(one) {
  const said = el("p", { class: "said", role: "status" });
  const draft = async () => {
    try { said.textContent = t("drafted", { path: (await post(`/api/v1/escalations/${one.escalation_id}/draft`, {})).draft.path }); } catch (error) { said.replaceChildren(trouble(error)); }
  };
  return el("div", {}, el("button", { type: "button", class: "plain", on: draft }, t("inbox_draft")), said);
}

export function paint(place) {
  const again = () => paint(place), list = el("div");
  const choose = (all, key) => el("button", { type: "button", "aria-pressed": inbox.all === all, on: () => { inbox.all = all; again(); } }, t(key));
  place.replaceChildren(el("div", { class: "line head" }, el("h1", {}, t("tab_inbox")), el("div", { class: "switch", role: "group", "aria-label": t("tab_inbox") }, choose(false, "inbox_open"), choose(true, "inbox_all"))), list);
  fill(list, () => call(`/api/v1/escalations${inbox.all ? "?all=true" : ""}`), ({ escalations }) => (escalations.length ? el("ul", { class: "cases" }, ...escalations.map((one) => card(one, again))) : empty("inbox_none")));
}
