// The questions of a gap by their words.

// The same words asked again are one line with their number; the newest day stands for them. The most frequent first.
// Each: a question with `ids`, `times`, and `asked_at` the newest.
export function wordingsOf(gap) {
  const wordings = new Map();
  for (const question of gap.questions) {
    const known = wordings.get(question.text) || { ...question, ids: [] };
    const ids = [...known.ids, question.id];
    const asked_at = [question.asked_at, known.asked_at].sort().at(-1);
    wordings.set(question.text, { ...known, ids, times: ids.length, asked_at });
  }
  return [...wordings.values()].sort((wording, other) => other.times - wording.times);
}
