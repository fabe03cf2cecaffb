const lf = 10;
const cr = 13;

/** Lines end with LF, CR LF, or CR alone (old Macintosh exports). */
export function isLineEnd(code: number): boolean {
  return code === lf || code === cr;
}

/**
 * Where the line after the one at `from` begins, or -1 when that is not certain before `limit`: a CR as the last
 * character may be half of a CR LF.
 */
export function nextLineStart(text: string, from: number, limit: number): number {
  for (let position = from; position < limit; position++) {
    const code = text.charCodeAt(position);
    if (code === lf) return position + 1;
    if (code !== cr) continue;
    if (position + 1 >= limit) return -1;
    return text.charCodeAt(position + 1) === lf ? position + 2 : position + 1;
  }
  return -1;
}

/** How many lines end from `from` up to `to`. */
export function lineEndsBetween(text: string, from: number, to: number): number {
  let count = 0;
  for (let position = from; position < to; position++) {
    const code = text.charCodeAt(position);
    if (code === lf) count++;
    else if (code === cr && text.charCodeAt(position + 1) !== lf) count++;
  }
  return count;
}
