import { apiServer } from '../harness/api.ts';
import { findSchemathesis, fuzz } from '../harness/schemathesis.ts';
import { testServices } from '../harness/services.ts';
import type { BenchResult } from './result.ts';

const examples = 100;

/** Every endpoint with many requests made from the OpenAPI document, other ones each time. */
export async function benchFuzz(): Promise<BenchResult> {
  const found = await findSchemathesis();
  if ('missing' in found) throw new Error(found.missing);
  const services = await testServices({ rateLimit: 'off' });
  const api = await apiServer(services);
  try {
    const target = { url: api.url, accountId: api.account.uid, key: api.key };
    const { code, output } = await fuzz(found.program, target, { examples });
    if (code !== 0) console.error(output);
    const ratio = code === 0 ? 1 : 0;
    return {
      name: 'endpoints without a 500, a hang or an answer outside the document',
      unit: 'run',
      ours: ratio,
      peer: 1,
      ratio,
      bar: 1,
      rounds: [{ ours: ratio, peer: 1 }],
      notes: [`schemathesis, all checks, up to ${examples} requests for each endpoint and phase`, ...summary(output)],
    };
  } finally {
    await api.close();
    await services.close();
  }
}

/** What it says of itself: how many cases, with which seed. */
function summary(output: string): string[] {
  return output.split('\n').filter((line) => /generated|seed|tested/i.test(line));
}
