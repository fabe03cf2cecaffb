import { AppError } from '../../shared/error.ts';

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Puts the environment's values where a parsed document says `${NAME}`. Throws `invalid` with the place of one not set. */
export function substitute(node: unknown, environment: NodeJS.ProcessEnv, path = ''): unknown {
  if (typeof node === 'string') return replaceIn(node, environment, path);
  if (Array.isArray(node)) return node.map((item, index) => substitute(item, environment, `${path}[${index}]`));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, substitute(value, environment, path ? `${path}.${key}` : key)]),
  );
}

function replaceIn(text: string, environment: NodeJS.ProcessEnv, path: string): string {
  return text.replace(reference, (_, name: string) => {
    const value = environment[name];
    if (value === undefined)
      throw new AppError(
        'invalid',
        `${path} reads the environment variable ${name}, which is not set. Set it and apply again.`,
        { field: path },
      );
    return value;
  });
}
