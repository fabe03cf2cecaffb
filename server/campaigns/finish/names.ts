import { baseName } from '../../../shared/campaign.ts';

interface Named {
  name: string;
}

/** The recordings of an import by what they are called. Case does not count: file systems disagree about it. */
export class RecordingNames<T extends Named> {
  readonly #byPath = new Map<string, T[]>();
  readonly #byBase = new Map<string, T[]>();

  constructor(files: readonly T[]) {
    for (const file of files) {
      add(this.#byPath, normal(file.name), file);
      add(this.#byBase, baseName(normal(file.name)), file);
    }
  }

  /**
   * The recordings that a row means: of exactly that path, else of that name in whatever folder. Several only where the
   * same was dropped twice; a text says why none is meant.
   */
  find(reference: string): T[] | string {
    const path = normal(withoutLink(reference));
    const exact = this.#byPath.get(path);
    if (exact) return exact;
    const named = this.#byBase.get(baseName(path)) ?? [];
    if (named.length === 0) return `No recording called "${baseName(withoutLink(reference))}" was dropped.`;
    if (new Set(named.map(({ name }) => normal(name))).size === 1) return named;
    return `Several recordings are called "${baseName(withoutLink(reference))}"; name it with its folder, such as ${named.map(({ name }) => name).sort()[0]}.`;
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Composed characters: macOS gives names decomposed. */
function normal(name: string): string {
  return name.replaceAll('\\', '/').normalize('NFC').toLowerCase();
}

/** Of a link what its path says. */
function withoutLink(reference: string): string {
  const link = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/([^?#]*)/i.exec(reference)?.[1];
  if (link === undefined) return reference.replaceAll('\\', '/');
  try {
    return decodeURIComponent(link);
  } catch (error) {
    if (error instanceof URIError) return link;
    throw error;
  }
}
