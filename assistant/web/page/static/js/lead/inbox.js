// Escalations: what agents handed over, answered in place.
import { post } from "../http.js";
import { button, el, formatMoment, page, t } from "../page.js";
import { emptyNote, errorBox, langOf, load, switchOf, tabHead } from "./parts.js";

const inbox = { showAll: false, answers: {} }; // answers: what was begun, by escalation; answering one redraws all

export function paint(node) {
  const list = el("div");
  const choose = (showAll) => {
    inbox.showAll = showAll;
    paint(node);
  };
  const values = [
    [false, t("inbox_open")],
    [true, t("inbox_all")],
  ];
  node.replaceChildren(tabHead(t("tab_inbox"), switchOf(t("tab_inbox"), values, inbox.showAll, choose)), list);
  load(list, `/api/v1/escalations${inbox.showAll ? "?all=true" : ""}`, ({ escalations }) => {
    if (!escalations.length) return emptyNote("inbox_none");
    return el("ul", { class: "cases" }, ...escalations.map((escalation) => card(escalation, () => paint(node))));
  });
}

function card(escalation, redraw) {
  const rest = escalation.answered_at ? answered(escalation) : [answerForm(escalation, redraw)];
  return el("li", { class: "case" }, head(escalation), ...rest);
}

const langOfCase = ({ language }) => langOf(language || page.language);
const quote = (escalation, text) => el("blockquote", { lang: langOfCase(escalation) }, el("p", {}, text));

function head(escalation) {
  const facts = [escalation.escalation_id, formatMoment(escalation.at), t(`escalate_${escalation.reason}`)];
  return el(
    "div",
    {},
    el("p", { class: "what", lang: langOfCase(escalation) }, escalation.question),
    el("p", { class: "facts" }, ...facts.map((fact) => el("span", {}, fact))),
    escalation.note ? quote(escalation, escalation.note) : null,
  );
}

function answered(escalation) {
  const { answer, answered_by: name, answered_at } = escalation;
  const who = t("answered_by", { name, date: formatMoment(answered_at) });
  return [
    quote(escalation, answer),
    el("p", { class: "dim" }, who),
    escalation.linked ? null : draftButton(escalation),
  ];
}

function answerForm({ escalation_id }, redraw) {
  const text = el("textarea", { rows: 2, required: true, maxlength: 5000 });
  const message = el("div");
  text.value = inbox.answers[escalation_id] || "";
  text.addEventListener("input", () => {
    inbox.answers[escalation_id] = text.value;
  });
  const send = el("button", { type: "submit", class: "primary" }, t("inbox_send"));
  const form = el(
    "form",
    { class: "form" },
    el("label", {}, el("span", {}, t("inbox_answer")), text),
    el("div", { class: "actions" }, send),
    message,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post(`/api/v1/escalations/${escalation_id}/answer`, { text: text.value });
      delete inbox.answers[escalation_id];
      redraw();
    } catch (error) {
      message.replaceChildren(errorBox(error));
    }
  });
  return form;
}

// An article from the answer
function draftButton({ escalation_id }) {
  const message = el("p", { class: "said", role: "status" });
  const beginDraft = async () => {
    try {
      const { draft } = await post(`/api/v1/escalations/${escalation_id}/draft`, {});
      message.textContent = t("drafted", { path: draft.path });
    } catch (error) {
      message.replaceChildren(errorBox(error));
    }
  };
  return el("div", {}, button("plain", beginDraft, t("inbox_draft")), message);
}
