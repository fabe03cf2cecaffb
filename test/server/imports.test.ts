import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../harness/product.ts';

const server = join(packageRoot, 'server');

/** The modules of the server that a module of it names, types too, from `server/` on. */
function importsOf(module: string): string[] {
  const text = readFileSync(join(server, module), 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) => path);
  return named.map((path) => relative(server, resolve(server, dirname(module), path)));
}

function modulesIn(folder: string): string[] {
  return readdirSync(join(server, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/** A folder, or a module that lies in none. */
const placeOf = (module: string) => module.split('/')[0] ?? module;

/** What is left of the places once those that import nothing else of them were taken away, again and again. */
function placesInCircles(): string[] {
  const imports = new Map<string, Set<string>>();
  for (const module of modulesIn('.')) {
    const place = placeOf(module);
    const others = importsOf(module).map(placeOf);
    imports.set(place, new Set([...(imports.get(place) ?? []), ...others.filter((other) => other !== place)]));
  }
  let before: number;
  do {
    before = imports.size;
    for (const [place, others] of imports) if (![...others].some((other) => imports.has(other))) imports.delete(place);
  } while (imports.size < before);
  return [...imports.keys()];
}

describe('what the server’s parts import', () => {
  it('leads one way: no folder imports what imports it, however far around', () => {
    expect(placesInCircles()).to.deep.equal([]);
  });

  for (const folder of ['pipeline', 'worker', 'webhooks', 'storage', 'security'])
    it(`${folder} knows nothing of the API: the API imports it`, () => {
      const modules = modulesIn(folder);
      expect(modules).to.not.be.empty;
      const wrong = modules.filter((module) => importsOf(module).some((path) => path.startsWith('api/')));
      expect(wrong).to.deep.equal([]);
    });

  for (const [folder, others] of [
    ['storage', ['connectors']],
    ['s3', ['connectors', 'storage', 'pipeline']],
  ] as const)
    it(`${folder} knows nothing of ${others.join(', ')}`, () => {
      const wrong = modulesIn(folder).filter((module) =>
        importsOf(module).some((path) => others.some((other) => path.startsWith(`${other}/`))),
      );
      expect(wrong).to.deep.equal([]);
    });

  it('is seen by these tests', () => {
    expect(importsOf('api/endpoints/ingest-file.ts')).to.include.members([
      'pipeline/ingest/create-job.ts',
      'api/endpoint.ts',
    ]);
  });
});
