// Marks the blocks on the quoted lines, and in them the quoted words where they are found (white space left aside).

export function highlight(text, [from, to], quote) {
  const hit = (node) => { const [first, last] = node.dataset.lines.split("-").map(Number); return first <= to && last >= from; };
  const blocks = [...text.querySelectorAll("[data-lines]")].filter(hit);
  const inner = blocks.filter((node) => !blocks.some((other) => other !== node && node.contains(other)));
  const outer = blocks.filter((node) => !blocks.some((other) => other !== node && other.contains(node)));
  for (const node of inner) node.classList.add("cited");
  const marks = outer.length ? markWords(outer, quote.replace(/\s+/g, "")) : [];
  const first = marks[0] || inner[0];
  if (first) text.scrollTop += first.getBoundingClientRect().top - text.getBoundingClientRect().top - 56;
}

function markWords(blocks, wanted) {
  if (!wanted) return [];
  const places = [];
  for (const block of blocks) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) for (let index = 0; index < node.data.length; index++) if (!/\s/.test(node.data[index])) places.push([node, index]);
  }
  const at = places.map(([node, index]) => node.data[index]).join("").indexOf(wanted);
  if (at < 0) return [];
  const spans = new Map();
  for (const [node, index] of places.slice(at, at + wanted.length)) spans.set(node, [spans.get(node)?.[0] ?? index, index + 1]);
  const last = spans.size - 1;
  return [...spans].map(([node, [start, end]], index) => {
    const range = document.createRange(), mark = document.createElement("mark");
    range.setStart(node, index === 0 ? start : 0); // what stands between two quoted words is quoted too
    range.setEnd(node, index === last ? end : node.data.length);
    range.surroundContents(mark);
    return mark;
  });
}
