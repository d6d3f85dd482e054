// A small chart: columns for counts, a line for shares and times; the value on hover and focus, the table behind it.
import { day, el, t } from "../page.js";
import { figure, save, table } from "./parts.js";
import { savePng, toSvg } from "./picture.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 520, HIGH = 150, LEFT = 58, BELOW = 22, ABOVE = 12;

const shape = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// weeks: [{first, last, value}]; value null where nothing is known
export function chart({ name, unit }, weeks) {
  const known = weeks.filter((week) => week.value !== null && week.value !== undefined);
  const title = el("h3", {}, name);
  if (!known.length) return el("figure", { class: "chart" }, title, el("p", { class: "dim" }, t("chart_empty")));
  const top = unit === "share" ? 1 : Math.max(...known.map((week) => week.value)) * 1.08 || 1;
  const step = (WIDE - LEFT) / weeks.length;
  const x = (place) => LEFT + step * (place + 0.5), y = (value) => ABOVE + (HIGH - ABOVE - BELOW) * (1 - value / top);
  const words = (week) => `${t("week_of", { first: day(week.first), last: day(week.last) })}: ${figure(week.value, unit)}`;
  const said = el("output", { class: "value" }, words(known.at(-1)));
  const drawing = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${name}. ${known.map(words).join("; ")}` });
  for (const level of [0, 0.5, 1]) drawing.append(shape("line", { class: "grid", x1: LEFT, x2: WIDE, y1: y(level * top), y2: y(level * top) }), shape("text", { x: LEFT - 6, y: y(level * top) + 4, "text-anchor": "end" }, figure(unit === "count" ? Math.round(level * top) : level * top, unit)));
  if (unit === "count") for (const [place, week] of weeks.entries()) { if (week.value) drawing.append(shape("rect", { class: "column", x: x(place) - step * 0.31, width: step * 0.62, y: y(week.value), height: HIGH - BELOW - y(week.value) })); }
  else drawing.append(shape("polyline", { class: "line", points: weeks.flatMap((week, place) => (week.value === null || week.value === undefined ? [] : [`${x(place)},${y(week.value)}`])).join(" ") }), ...weeks.flatMap((week, place) => (week.value === null || week.value === undefined ? [] : [shape("circle", { class: "point", cx: x(place), cy: y(week.value), r: 3.5 })])));
  for (const [place, week] of weeks.entries()) {
    if (weeks.length < 10 || place % 2 === 0) drawing.append(shape("text", { x: x(place), y: HIGH - 6, "text-anchor": "middle" }, day(week.first).replace(/\s?\d{4}$/, "")));
    const hit = shape("rect", { class: "hit", x: x(place) - step / 2, width: step, y: 0, height: HIGH });
    hit.addEventListener("pointerenter", () => { said.textContent = words(week); });
    drawing.append(hit);
  }
  const rows = weeks.map((week) => [t("week_of", { first: day(week.first), last: day(week.last) }), figure(week.value, unit)]);
  const csv = () => save(`${name}.csv`, ["first;last;value", ...weeks.map((week) => [week.first, week.last, week.value ?? ""].join(";"))].join("\n"), "text/csv");
  const saves = [["SVG", () => save(`${name}.svg`, toSvg(drawing, name), "image/svg+xml")], ["PNG", () => savePng(`${name}.png`, drawing, name)], ["CSV", csv]];
  const buttons = saves.map(([form, on]) => el("button", { type: "button", class: "quiet", "aria-label": t("chart_save", { name, form }), "data-form": form, on }, form));
  return el("figure", { class: "chart" }, el("div", { class: "line" }, title, el("span", { class: "saves" }, ...buttons)), said, drawing,
    el("details", {}, el("summary", {}, t("chart_table")), table([[t("week")], [name, "number"]], rows)));
}
