// What the desk offers to begin with: recent and frequent questions, examples; and the questions of a pasted ticket.
import { $, boot, el, kept, number, onWords, page, t } from "./page.js";
import { call } from "./http.js";
import { desk, put } from "./desk.js";

const RECENT = 5, FREQUENT = 5;
let frequent = [], ticket = null;

const recent = () => { try { return JSON.parse(kept.get("lotse-recent")) || []; } catch { return []; } };

export function remember(question) {
  kept.set("lotse-recent", JSON.stringify([question, ...recent().filter((one) => one !== question)].slice(0, RECENT)));
  paint();
}

const row = (text, meta = "", lang = null) => el("li", {}, el("button", { type: "button", class: "row", on: () => put(text) }, el("span", { class: "what", lang }, text), meta ? el("span", { class: "meta whole" }, meta) : null));

function paint() {
  const mine = recent();
  $("recent-part").hidden = !mine.length;
  $("recent").replaceChildren(...mine.map((text) => row(text)));
  const own = frequent.filter((one) => one.language.slice(0, 2) === page.language);
  const examples = ["example_1", "example_2", "example_3"].map((key) => row(t(key)));
  $("empty-title").dataset.text = boot.articles ? "empty_title" : "no_articles";
  $("empty-text").dataset.text = boot.articles ? "empty_text" : "no_articles_text";
  for (const name of ["examples-title", "examples", "size"]) $(name).hidden = !boot.articles;
  for (const name of ["empty-title", "empty-text"]) $(name).textContent = t($(name).dataset.text);
  $("examples-title").textContent = t(own.length ? "frequent" : "empty_examples");
  $("examples").replaceChildren(...(own.length ? own.slice(0, FREQUENT).map((one) => row(one.question, t("frequent_n", { n: number(one.contacts) }), one.language)) : examples));
  $("size").textContent = t("index_size", { n: number(boot.articles) });
}

// ---- a pasted ticket: its questions, one after the other, and a way back to its text
export function paintTicket(questions, text) {
  ticket = { questions, text };
  $("ticket").hidden = false;
  const whole = el("li", {}, el("button", { type: "button", class: "row", on: () => { close(); put(text, { now: false }); } }, el("span", { class: "what" }, t("ticket_whole"))));
  $("ticket-rows").replaceChildren(...questions.map((one) => row(one)), whole);
}

function close() {
  ticket = null;
  $("ticket").hidden = true;
}

export function wire() {
  $("forget").addEventListener("click", () => { kept.drop("lotse-recent"); paint(); $("question").focus(); });
  onWords(() => { paint(); if (ticket) paintTicket(ticket.questions, ticket.text); });
  // A short wait for the first paint; without them the examples stand there.
  call("/api/v1/questions/frequent?limit=50").then((found) => { frequent = found.questions; if (!desk.result) paint(); }).catch(() => {});
}
