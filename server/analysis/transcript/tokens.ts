/**
 * Text as comparable words: NFKC, lower case, without punctuation. Apostrophes join ("don't" = "dont") and separators
 * inside a number vanish ("1,200" = "1200"), so that different typists and recognisers agree.
 */
export function tokensOf(text: string): string[] {
  return folded(text)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((token) => token !== '');
}

export function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(\p{L})['\u2019\u02bc](?=\p{L})/gu, '$1')
    .replace(/(\d)[.,](?=\d)/g, '$1');
}
