// Reports: chosen, looked at as they will be handed on, saved.
import { $, el, page, t } from "../page.js";
import { call } from "../http.js";
import { trouble } from "./parts.js";

const chosen = { kind: "team", span: "week" };
const address = (format) => `/api/v1/report?${new URLSearchParams({ kind: chosen.kind, period: chosen.span, language: page.language, format })}`;

async function preview(place) {
  place.replaceChildren(el("p", { class: "dim" }, t("loading")));
  try {
    const text = await (await call(address("html"), { raw: true })).text();
    const frame = el("iframe", { class: "sheet", title: t(`report_${chosen.kind}`), sandbox: "" });
    frame.srcdoc = text; // in a frame without any right: no script, no form, no other origin
    place.replaceChildren(frame);
  } catch (error) { place.replaceChildren(trouble(error)); }
}

export function paint(place) {
  const sheet = el("div", { id: "lotse-sheet" });
  const again = () => paint(place);
  const choose = (name, value, key) => el("button", { type: "button", "aria-pressed": chosen[name] === value, on: () => { chosen[name] = value; again(); } }, t(key));
  const group = (name, label, ...values) => el("div", { class: "switch", role: "group", "aria-label": t(label) }, ...values.map((value) => choose(name, value, `${label}_${value}`)));
  const save = (format) => el("a", { class: "plain", href: address(format), download: `lotse-${chosen.kind}.${format}` }, format.toUpperCase());
  place.replaceChildren(
    el("div", { class: "line head" }, el("h1", {}, t("tab_reports")), el("div", { class: "actions" }, el("span", { class: "dim" }, t("save_as")), ...["html", "md", "csv", "json"].map(save))),
    el("div", { class: "filters" }, group("kind", "report", "team", "gaps"), group("span", "span", "week", "month")),
    sheet);
  preview(sheet);
}
