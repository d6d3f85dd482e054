// A chart as a file of its own: SVG, and PNG drawn from it in the browser. Nothing leaves this machine.
import { saveBlob } from "./parts.js";

const STYLED = ["fill", "stroke", "stroke-width", "fill-opacity", "font-family", "font-size", "font-weight"];
const HEAD = 34, EDGE = 16, SCALE = 2; // room for the title, a margin, and dots enough for a slide

// The drawing with its title, in the colours and letters that it has on the page
export function toSvg(drawing, title) {
  const { width, height } = drawing.viewBox.baseVal;
  const wide = width + 2 * EDGE, high = height + HEAD + 2 * EDGE;
  const page = getComputedStyle(drawing.closest(".lotse"));
  const whole = make("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", "aria-label": title });
  const head = make("text", { x: EDGE, y: EDGE + 16, fill: page.color, "font-family": page.fontFamily, "font-size": 15, "font-weight": 600 });
  head.textContent = title;
  const place = make("g", { transform: `translate(${EDGE} ${HEAD + EDGE})` });
  for (const node of drawing.children) {
    if (node.classList.contains("hit")) continue;
    const copy = node.cloneNode(true), style = getComputedStyle(node);
    copy.removeAttribute("class");
    for (const name of STYLED) copy.setAttribute(name, style.getPropertyValue(name));
    place.append(copy);
  }
  whole.append(make("rect", { width: wide, height: high, fill: page.backgroundColor }), head, place);
  return new XMLSerializer().serializeToString(whole);
}

function make(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
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
