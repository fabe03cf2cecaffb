import { expect } from 'chai';
import type { TakenMail } from '../../../harness/ses.ts';
import type { Runs } from '../../jobs/runs.ts';
import { seedMany } from '../../reports/seed.ts';

export const from = 'CQA Reports <reports@cqa.example>';
export const dayMs = 86_400_000;
export const header = 'external_interaction_id,final_score';
const at = new Date('2026-11-03T09:00:00Z');

/** Every link of a mail, and that both of its forms have the same. */
export function linksIn({ html, text }: Pick<TakenMail, 'html' | 'text'>): string[] {
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, address = '']) => address.replaceAll('&amp;', '&'));
  expect(text.split('\n').filter((line) => /^https?:/.test(line))).to.deep.equal(links);
  return links;
}

export async function rowsAt(link: string): Promise<string[]> {
  const answer = await fetch(link);
  expect(answer.status, link).to.equal(200);
  expect(answer.headers.get('content-disposition')).to.match(/^attachment; filename="?scores-[\da-f-]+\.csv"?$/);
  const [first, ...rows] = (await answer.text()).trimEnd().split('\r\n');
  expect(first).to.equal(header);
  return rows;
}

export async function seedReadable({ services, accountId }: Runs, count: number): Promise<void> {
  await seedMany(services, accountId, { count, at, profile: 'Basics' });
  // As they are made they are any bytes, line ends among them.
  await services.database.pool.query('UPDATE interaction SET external_id = HEX(id) WHERE account_id = ?', [accountId]);
}
