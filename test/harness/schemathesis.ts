import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratchFolder } from './folders.ts';

const run = promisify(execFile);
const version = '4.32.5';

/**
 * Schemathesis, which makes requests from an OpenAPI document and judges the answers by it. Installed once into a folder
 * of its own by Python's own means. The reason, where that cannot be done here.
 */
export async function findSchemathesis(): Promise<{ program: string } | { missing: string }> {
  if (process.env.SCHEMATHESIS) return { program: process.env.SCHEMATHESIS };
  const folder = join(tmpdir(), `cqa-schemathesis-${version}`);
  const program = join(folder, 'bin/schemathesis');
  if (existsSync(join(folder, 'complete'))) return { program };
  try {
    await run('python3', ['-m', 'venv', '--clear', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', `schemathesis==${version}`], { timeout: 240_000 });
    writeFileSync(join(folder, 'complete'), '');
    return { program };
  } catch (error) {
    return {
      missing: `schemathesis ${version} cannot be installed (${String(error).split('\n')[0]}); it needs python3 with venv and pip`,
    };
  }
}

export interface FuzzTarget {
  /** http://127.0.0.1:4000 */
  url: string;
  accountId: string;
  key: string;
}

export interface FuzzOptions {
  /** Requests for each endpoint and phase, at most. */
  examples: number;
  /** Makes the same requests again. */
  seed?: number;
}

/**
 * What a document cannot say, so that the check would be wrong: a request may fit its schema and still name a host that
 * is not there or hold no audio; a batch is accepted although an item in it is wrong (the contract); and
 * `…/ingress/interactions/batch` also reads the interaction that is called "batch", so it allows GET.
 */
const excludedChecks = ['positive_data_acceptance', 'negative_data_rejection', 'allow_header_conformance'];

/** Runs it against a server; resolves with its exit code and everything it said. */
export async function fuzz(
  program: string,
  { url, accountId, key }: FuzzTarget,
  { examples, seed }: FuzzOptions,
): Promise<{ code: number; output: string }> {
  const folder = scratchFolder('fuzz');
  writeFileSync(join(folder, 'schemathesis.toml'), `[parameters]\n"path.account_id" = "${accountId}"\n`);
  const options = [
    '--header',
    `X-API-Key: ${key}`,
    '--max-examples',
    String(examples),
    '--request-timeout',
    '20',
    '--checks',
    'all',
    '--continue-on-failure',
    '--exclude-checks',
    excludedChecks.join(','),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
  ];
  const child = spawn(program, ['run', `${url}/cqa/api/openapi.json`, ...options], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise<number>((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
  return { code, output };
}
