/** How many unknown names may still be compared with the known ones: comparing costs, and a caller may send many. */
export interface Suggestions {
  left: number;
}

const wordLengthMost = 64;

/** The known word that differs by the fewest letters, when these are few for its length. */
export function closest(word: string, known: readonly string[], suggestions: Suggestions): string | undefined {
  if (word.length > wordLengthMost || suggestions.left <= 0) return undefined;
  suggestions.left -= 1;
  const given = plain(word);
  const [best] = known
    .filter((candidate) => Math.abs(plain(candidate).length - given.length) <= differenceMost(candidate))
    .map((candidate) => ({ candidate, distance: editDistance(given, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= differenceMost(best.candidate) ? best.candidate : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function differenceMost({ length }: string): number {
  return Math.max(1, Math.floor(length / 4));
}

/** Levenshtein's: letters to put in, take out or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
