// The state of the agent's desk, in one place: what was asked, what was answered, what was done with it.
import { post } from "./http.js";
import { sessionId } from "./page.js";

export const desk = {
  result: null, // the last answer: { reply, told, marks, quotes }
  error: null, // what failed instead: { key, values, hint, id, again }
  request: null, // the AbortController of the question under way
  slow: false, // the question under way takes long enough for words
  context: "", // the question that the next one follows up
  ticket: null, // a pasted ticket: { questions, text }
  frequent: [], // the team's frequent questions: { question, language, contacts }
  verdict: null, // how the answer was rated here
  handing: "", // what the open form does: "gap" or "escalate"
  message: "", // the key of the line below the buttons
};

export const isAnswered = () => desk.result?.reply.status === "answered";

// What somebody does with an answer, for the log; nobody waits for it.
export function recordAct(kind, detail = {}) {
  if (!desk.result) return;
  const act = { question_id: desk.result.reply.question_id, kind, actor: sessionId, ...detail };
  post("/page/act", act).catch(() => {});
}
