const lineLength = 200;

/** A header's value is one line, whatever stands in a name of a bounded length. */
export function oneLine(text: string, length = lineLength): string {
  const characters = [...flat(text)];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/** On one line, without what turns the direction of a line; what joins letters in some scripts stays. */
export function flat(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** A mail's text form: paragraphs with an empty line between them. */
export function paragraphs(list: readonly string[]): string {
  return `${list.filter((text) => text !== '').join('\n\n')}\n`;
}
