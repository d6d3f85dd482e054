// A chart as a file of its own: SVG, and PNG drawn from it in the browser. Nothing leaves this machine.
import { saveBlob } from "./parts.js";
import { svg } from "./svg.js";

const STYLED = ["fill", "stroke", "stroke-width", "fill-opacity", "font-family", "font-size", "font-weight"];
const HEAD_PX = 34; // room for the title
const EDGE_PX = 16;
const SCALE = 2; // dots enough for a slide

// The drawing with its title, in the colours and letters that it has on the page
export function toSvg(drawing, title) {
  const { width, height } = drawing.viewBox.baseVal;
  const fullWidth = width + 2 * EDGE_PX;
  const fullHeight = height + HEAD_PX + 2 * EDGE_PX;
  const page = getComputedStyle(drawing.closest(".lotse"));
  const shapes = [...drawing.children].filter((shape) => !shape.classList.contains("hit")).map(withOwnStyle);
  const font = { "font-family": page.fontFamily, "font-size": 15, "font-weight": 600 };
  const picture = svg(
    "svg",
    {
      viewBox: `0 0 ${fullWidth} ${fullHeight}`,
      width: fullWidth,
      height: fullHeight,
      role: "img",
      "aria-label": title,
    },
    svg("rect", { width: fullWidth, height: fullHeight, fill: page.backgroundColor }),
    svg("text", { x: EDGE_PX, y: EDGE_PX + 16, fill: page.color, ...font }, title),
    svg("g", { transform: `translate(${EDGE_PX} ${HEAD_PX + EDGE_PX})` }, ...shapes),
  );
  return new XMLSerializer().serializeToString(picture);
}

function withOwnStyle(shape) {
  const copy = shape.cloneNode(true);
  const style = getComputedStyle(shape);
  copy.removeAttribute("class");
  for (const name of STYLED) copy.setAttribute(name, style.getPropertyValue(name));
  return copy;
}

export async function savePng(name, drawing, title) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(toSvg(drawing, title))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth * SCALE, height: image.naturalHeight * SCALE });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  saveBlob(name, await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
}
