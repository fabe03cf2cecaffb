/** What a JSON text is made of: a text in quotes, a number or word, or one sign; white space between them is left out. */
const tokens = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/gs;

/**
 * The same JSON with a line for each member, indented by two spaces; undefined for what is no JSON object or list. The
 * values stay as they are written: reading and writing them would change long numbers and repeated keys.
 */
export function indentedJson(text: string): string | undefined {
  if (!isObjectOrList(text)) return undefined;
  let depth = 0;
  let before = '';
  let written = '';
  for (const [token] of text.matchAll(tokens)) {
    const isEnd = token === '}' || token === ']';
    if (isEnd) depth--;
    const isEmpty = isEnd && (before === '{' || before === '[');
    if ('{[,'.includes(before) && before !== '' && !isEmpty) written += newLine(depth);
    else if (isEnd && !isEmpty) written += newLine(depth);
    written += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth++;
    before = token;
  }
  return written;
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

function isObjectOrList(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
