/**
 * The first of `calls.csv`, `calls-2.csv`, `calls-3.csv`, … that is not taken. Where a file of the same name comes each
 * day there are many, so numbers are doubled until one is free, and then halved between.
 */
export async function freeName(name: string, isTaken: (name: string) => Promise<boolean>): Promise<string> {
  if (!(await isTaken(name))) return name;
  let taken = 1;
  let free = 2;
  while (await isTaken(numbered(name, free))) {
    taken = free;
    free *= 2;
  }
  while (free - taken > 1) {
    const middle = Math.floor((free + taken) / 2);
    if (await isTaken(numbered(name, middle))) taken = middle;
    else free = middle;
  }
  return numbered(name, free);
}

/** `calls.csv.gz` as the second of its name is `calls-2.csv.gz`. */
export function numbered(name: string, number: number): string {
  const endings = /(\.[A-Za-z]{1,6}){1,2}$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - endings.length);
  return stem === '' ? `${name}-${number}` : `${stem}-${number}${endings}`;
}
