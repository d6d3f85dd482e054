// Marks the blocks on the quoted lines, and in them the quoted words where they are found (white space left aside).

const ABOVE_PX = 56; // room above the first mark, once the text is scrolled to it

// [from, to]: lines of the article's source, both included
export function highlight(text, [from, to], quote) {
  const blocks = [...text.querySelectorAll("[data-lines]")].filter((block) => isOnLines(block, from, to));
  const innermost = blocks.filter((block) => !blocks.some((other) => other !== block && block.contains(other)));
  const outermost = blocks.filter((block) => !blocks.some((other) => other !== block && other.contains(block)));
  for (const block of innermost) block.classList.add("cited");
  const marks = markWords(outermost, quote.replace(/\s+/g, ""));
  const first = marks[0] || innermost[0];
  if (first) text.scrollTop += first.getBoundingClientRect().top - text.getBoundingClientRect().top - ABOVE_PX;
}

function isOnLines(block, from, to) {
  const [first, last] = block.dataset.lines.split("-").map(Number);
  return first <= to && last >= from;
}

// Every character but white space, as [text node, index in it]
function charactersOf(blocks) {
  const characters = [];
  for (const block of blocks) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let index = 0; index < node.data.length; index++) {
        if (!/\s/.test(node.data[index])) characters.push([node, index]);
      }
    }
  }
  return characters;
}

function markWords(blocks, wanted) {
  if (!wanted) return [];
  const characters = charactersOf(blocks);
  const text = characters.map(([node, index]) => node.data[index]).join("");
  const at = text.indexOf(wanted);
  if (at < 0) return [];
  const spans = new Map(); // by text node: first quoted index, and the one behind the last
  for (const [node, index] of characters.slice(at, at + wanted.length)) {
    spans.set(node, [spans.get(node)?.[0] ?? index, index + 1]);
  }
  return [...spans].map(([node, [start, end]], index) => {
    // What stands between two quoted words is quoted too.
    const isFirst = index === 0;
    const isLast = index === spans.size - 1;
    return wrapText(node, isFirst ? start : 0, isLast ? end : node.data.length);
  });
}

function wrapText(node, start, end) {
  const range = document.createRange();
  const mark = document.createElement("mark");
  range.setStart(node, start);
  range.setEnd(node, end);
  range.surroundContents(mark);
  return mark;
}
