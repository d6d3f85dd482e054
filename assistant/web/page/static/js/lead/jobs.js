// Work that takes long: begun, or found under way, watched in words, cancelled.
import { call, post } from "../http.js";
import { button, el, formatNumber, t } from "../page.js";

const WATCH_MS = [100, 200, 400]; // soon at first, as much is done in a moment; then every 0.7 s
const WATCH_LATER_MS = 700;

const jobsUnderWay = new Map(); // by address, the id of the job that was begun there: only one at a time

// Whether work is under way at an address: whoever left its tab and comes back goes on watching
export const isUnderWay = (url) => jobsUnderWay.has(url);

const getJob = (id) => call(`/api/v1/jobs/${id}`);

// Shows work in a node until it is done. Gives its result, null where it was cancelled; throws where it failed.
// signal: ends it without a word, as where something else is wanted by now.
export async function runJob(node, url, body, words, signal = null) {
  let job = await beginJob(url, body);
  const view = jobView(job.job_id, words);
  signal?.addEventListener("abort", view.cancel);
  if (signal?.aborted) await view.cancel();
  else node.replaceChildren(view.node);
  for (let turn = 0; job.state === "running"; turn += 1) {
    await view.wait(WATCH_MS[turn] ?? WATCH_LATER_MS);
    job = await getJob(job.job_id).catch((error) => {
      jobsUnderWay.delete(url);
      throw error;
    });
    view.paint(job);
  }
  jobsUnderWay.delete(url);
  if (signal?.aborted) return null;
  node.replaceChildren();
  if (job.state === "failed") throw jobError(job);
  if (job.state === "cancelled") node.replaceChildren(el("p", { class: "dim", role: "status" }, t("cancelled")));
  return job.result;
}

async function beginJob(url, body) {
  const known = jobsUnderWay.get(url);
  const job = (known && (await getJob(known).catch(() => null))) || (await post(url, body));
  if (!Object.keys(body).length) jobsUnderWay.set(url, job.job_id);
  return job;
}

function jobError({ job_id, error }) {
  const status = error.exit_code === 3 ? 500 : 400;
  return Object.assign(new Error("job"), { status, code: error.code, id: job_id });
}

// The line that shows a job: its step, a bar, how much is done, a way to cancel
function jobView(id, words) {
  const bar = el("progress", { max: 1, "aria-label": t(words) });
  const step = el("span", {}, t(words));
  const done = el("span", { role: "status" });
  let hurry = () => {};
  const cancel = async () => {
    stop.disabled = true;
    await call(`/api/v1/jobs/${id}`, { method: "DELETE" }).catch(() => {
      stop.disabled = false;
    });
    hurry();
  };
  const stop = button("plain", cancel, t("cancel"), { "data-act": "cancel" });
  const wait = (ms) =>
    new Promise((resolve) => {
      hurry = resolve;
      setTimeout(resolve, ms);
    });
  const paint = (job) => {
    step.textContent = job.step ? t(`step_${job.step}`) : t(words);
    if (job.total > 1) {
      Object.assign(bar, { max: job.total, value: job.done });
      done.textContent = t("done_of", { done: formatNumber(job.done), total: formatNumber(job.total) });
    } else {
      bar.removeAttribute("value");
      done.textContent = "";
    }
  };
  return { node: el("div", { class: "work" }, step, bar, done, stop), cancel, wait, paint };
}
