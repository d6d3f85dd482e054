// A small chart: columns for counts, a line for shares and times; the value on hover and focus, the table behind it.
import { button, el, formatDay, t } from "../page.js";
import { formatFigure, saveText, tableOf } from "./parts.js";
import { savePng, toSvg } from "./picture.js";
import { svg } from "./svg.js";

const WIDTH = 520;
const HEIGHT = 150;
const LEFT = 58; // room for the scale,
const BELOW = 22; // for the days,
const ABOVE = 12; // and for half a line of the scale
const COLUMN_SHARE = 0.62; // of a week's width
const MAX_LABELS = 10; // with as many weeks, every second one has its day

const isKnown = ({ value }) => value !== null && value !== undefined;
const weekText = ({ first, last }) => t("week_of", { first: formatDay(first), last: formatDay(last) });

// weeks: [{first, last, value}]; value null where nothing is known
export function chart({ name, unit }, weeks) {
  const known = weeks.filter(isKnown);
  const title = el("h3", {}, name);
  if (!known.length) return el("figure", { class: "chart" }, title, el("p", { class: "dim" }, t("chart_empty")));
  const valueText = (week) => `${weekText(week)}: ${formatFigure(week.value, unit)}`;
  const shown = el("output", { class: "value" }, valueText(known.at(-1)));
  const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
  const label = `${name}. ${known.map(valueText).join("; ")}`;
  const scale = scaleOf(known, unit, weeks.length);
  const marks = unit === "count" ? columns(weeks, scale) : line(weeks, scale);
  const show = (week) => {
    shown.textContent = valueText(week);
  };
  const drawing = svg(
    "svg",
    { viewBox, role: "img", "aria-label": label },
    ...levels(scale, unit),
    ...marks,
    ...days(weeks, scale, show),
  );
  const rows = weeks.map((week) => [weekText(week), formatFigure(week.value, unit)]);
  const table = tableOf([[t("week")], [name, "number"]], rows);
  return el(
    "figure",
    { class: "chart" },
    el("div", { class: "line" }, title, el("span", { class: "saves" }, ...saveButtons(name, drawing, weeks))),
    shown,
    drawing,
    el("details", {}, el("summary", {}, t("chart_table")), table),
  );
}

// From weeks and values to places in the drawing; `top` is the value at its upper edge
function scaleOf(known, unit, weekCount) {
  const top = unit === "share" ? 1 : Math.max(...known.map(({ value }) => value)) * 1.08 || 1;
  const step = (WIDTH - LEFT) / weekCount;
  const x = (index) => LEFT + step * (index + 0.5);
  const y = (value) => ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - value / top);
  return { top, step, x, y };
}

function levels({ top, y }, unit) {
  return [0, 0.5, 1].flatMap((level) => {
    const value = level * top;
    const text = formatFigure(unit === "count" ? Math.round(value) : value, unit);
    return [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, text),
    ];
  });
}

function columns(weeks, { step, x, y }) {
  const column = ({ value }, index) =>
    svg("rect", {
      class: "column",
      x: x(index) - (step * COLUMN_SHARE) / 2,
      width: step * COLUMN_SHARE,
      y: y(value),
      height: HEIGHT - BELOW - y(value),
    });
  return weeks.flatMap((week, index) => (week.value ? [column(week, index)] : []));
}

function line(weeks, { x, y }) {
  const points = weeks.flatMap((week, index) => (isKnown(week) ? [[x(index), y(week.value)]] : []));
  const circles = points.map(([cx, cy]) => svg("circle", { class: "point", cx, cy, r: 3.5 }));
  return [svg("polyline", { class: "line", points: points.map((point) => point.join(",")).join(" ") }), ...circles];
}

// What tells a week: its first day, and a field over its whole height that shows its value
function days(weeks, { step, x }, show) {
  return weeks.flatMap((week, index) => {
    const text = formatDay(week.first).replace(/\s?\d{4}$/, "");
    const isLabelled = weeks.length < MAX_LABELS || index % 2 === 0;
    const day = svg("text", { x: x(index), y: HEIGHT - 6, "text-anchor": "middle" }, text);
    const field = svg("rect", { class: "hit", x: x(index) - step / 2, width: step, y: 0, height: HEIGHT });
    field.addEventListener("pointerenter", () => show(week));
    return isLabelled ? [day, field] : [field];
  });
}

function saveButtons(name, drawing, weeks) {
  const lines = weeks.map(({ first, last, value }) => [first, last, value ?? ""].join(";"));
  const saves = {
    SVG: () => saveText(`${name}.svg`, toSvg(drawing, name), "image/svg+xml"),
    PNG: () => savePng(`${name}.png`, drawing, name),
    CSV: () => saveText(`${name}.csv`, ["first;last;value", ...lines].join("\n"), "text/csv"),
  };
  return Object.entries(saves).map(([form, save]) =>
    button("quiet", save, form, { "aria-label": t("chart_save", { name, form }), "data-form": form }),
  );
}
