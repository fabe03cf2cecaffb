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

describe('what the server’s parts import', () => {
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
