/** What one field of a row names: `a.wav; b.wav` names two. */
export function referencesIn(field: string): string[] {
  return field
    .split(';')
    .map((reference) => reference.trim())
    .filter((reference) => reference !== '');
}
