// What the desk offers to begin with: recent and frequent questions, examples; and the questions of a pasted ticket.
import { desk } from "./desk-state.js";
import { call } from "./http.js";
import { $, boot, browserStore, button, el, formatNumber, onLanguage, page, t } from "./page.js";

const MAX_RECENT = 5;
const MAX_FREQUENT = 5;
const EXAMPLES = ["example_1", "example_2", "example_3"];
let chooseQuestion = () => {};

function recentQuestions() {
  try {
    return JSON.parse(browserStore.get("lotse-recent")) || [];
  } catch {
    return [];
  }
}

export function remember(question) {
  const others = recentQuestions().filter((other) => other !== question);
  browserStore.set("lotse-recent", JSON.stringify([question, ...others].slice(0, MAX_RECENT)));
  paintStart();
}

function questionRow(question, meta = "", lang = null) {
  const parts = [el("span", { class: "what", lang }, question)];
  if (meta) parts.push(el("span", { class: "meta whole" }, meta));
  return el("li", {}, el("button", { type: "button", class: "row", on: () => chooseQuestion(question) }, ...parts));
}

function frequentRow({ question, contacts, language }) {
  return questionRow(question, t("frequent_n", { n: formatNumber(contacts) }), language);
}

function paintStart() {
  const recent = recentQuestions();
  $("recent-part").hidden = !recent.length;
  $("recent").replaceChildren(...recent.map((question) => questionRow(question)));
  const frequent = desk.frequent.filter(({ language }) => language.slice(0, 2) === page.language);
  const examples = EXAMPLES.map((key) => questionRow(t(key)));
  $("empty-title").dataset.text = boot.articles ? "empty_title" : "no_articles";
  $("empty-text").dataset.text = boot.articles ? "empty_text" : "no_articles_text";
  for (const name of ["examples-title", "examples", "size"]) $(name).hidden = !boot.articles;
  for (const name of ["empty-title", "empty-text"]) $(name).textContent = t($(name).dataset.text);
  $("examples-title").textContent = t(frequent.length ? "frequent" : "empty_examples");
  $("examples").replaceChildren(...(frequent.length ? frequent.slice(0, MAX_FREQUENT).map(frequentRow) : examples));
  $("size").textContent = t("index_size", { n: formatNumber(boot.articles) });
}

// ---- a pasted ticket: its questions, one after the other, and a way back to its text
export function showTicket(ticket) {
  desk.ticket = ticket;
  $("ticket").hidden = false;
  const whole = el("span", { class: "what" }, t("ticket_whole"));
  const rows = ticket.questions.map((question) => questionRow(question));
  $("ticket-rows").replaceChildren(...rows, el("li", {}, button("row", returnToTicketText, whole)));
}

function returnToTicketText() {
  const { text } = desk.ticket;
  desk.ticket = null;
  $("ticket").hidden = true;
  chooseQuestion(text, { now: false });
}

function forgetRecent() {
  browserStore.drop("lotse-recent");
  paintStart();
  $("question").focus();
}

// A short wait for the first paint; without them the examples stand there.
async function loadFrequent() {
  const { questions } = await call("/api/v1/questions/frequent?limit=50").catch(() => ({ questions: [] }));
  desk.frequent = questions;
  if (!desk.result) paintStart();
}

// choose(question, { now }): puts a question into the box, and asks it at once unless `now` is false
export function wire(choose) {
  chooseQuestion = choose;
  $("forget").addEventListener("click", forgetRecent);
  onLanguage(() => {
    paintStart();
    if (desk.ticket) showTicket(desk.ticket);
  });
  loadFrequent();
}
