import { expect } from 'chai';
import { countReportRows } from '../../../db/queries/report-rows.ts';
import { findProfileId } from '../../../db/queries/reports.ts';
import type { Scope } from '../../../db/queries/scope.ts';
import type { Cell } from '../../../server/reports/cell.ts';
import { columnOf } from '../../../server/reports/columns.ts';
import { reportCells } from '../../../server/reports/rows.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type SeedInteraction, seedAnalysis, seedInteraction, seedMany, seedProfile } from './seed.ts';

const november = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-12-01T00:00:00Z') };
const day = (text: string) => new Date(`${text}T12:00:00Z`);

describe('a report’s rows', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    await seedProfile(services, accountId, 'Basics', { Manual: { kind: 'manual' } });
  });

  async function scored(given: SeedInteraction, profile = 'Basics', points = 10): Promise<Buffer> {
    const { id } = await seedInteraction(services, accountId, given);
    await seedAnalysis(services, accountId, id, { profile, points });
    return id;
  }

  async function cells(names: string[], given: { profileId?: number; scopes?: Scope[] } = {}): Promise<Cell[][]> {
    const filter = { accountId, ...november, ...given };
    const rows: Cell[][] = [];
    for await (const row of reportCells(
      services.database.pool,
      filter,
      names.map((name) => columnOf(name)),
    ))
      rows.push([...row]);
    expect(await countReportRows(services.database.pool, filter)).to.equal(rows.length);
    return rows;
  }

  it('are analyses in order of time, from the first moment of the range and before its last', async () => {
    await scored({ externalId: 'B', startTime: day('2026-11-20') });
    await scored({ externalId: 'A', startTime: november.from });
    await scored({ externalId: 'too late', startTime: november.to });
    await scored({ externalId: 'too early', startTime: new Date(november.from.getTime() - 1) });
    expect(await cells(['external_interaction_id'])).to.deep.equal([['A'], ['B']]);
  });

  it('go by the time of storing where an interaction has no start', async () => {
    await scored({ externalId: 'A', startTime: null, createdAt: day('2026-11-05') });
    await scored({ externalId: 'B', startTime: null, createdAt: day('2026-10-05') });
    expect(await cells(['external_interaction_id', 'interaction_start_time'])).to.deep.equal([['A', null]]);
  });

  it('are one for each analysis, of one profile where it is asked for, and only of completed ones', async () => {
    await seedProfile(services, accountId, 'Second', { Manual: { kind: 'manual' } });
    const id = await scored({ externalId: 'A' }, 'Basics', 4);
    await seedAnalysis(services, accountId, id, { profile: 'Second', points: 7 });
    const failed = await scored({ externalId: 'B' });
    await services.database.pool.query("UPDATE analysis SET status = 'failed' WHERE interaction_id = ?", [failed]);
    const columns = ['external_interaction_id', 'quality_profile', 'final_score', 'percentage_score'];
    expect(await cells(columns)).to.deep.equal([
      ['A', 'Basics', 4, 40],
      ['A', 'Second', 7, 70],
    ]);
    const profileId = await findProfileId(services.database.pool, accountId, 'Second');
    expect(await cells(columns, { profileId: profileId ?? 0 })).to.deep.equal([['A', 'Second', 7, 70]]);
  });

  it('hold what their columns name, from every table', async () => {
    await scored({
      externalId: 'A',
      durationSeconds: 61,
      transcriptText: 'Agent: hello',
      metadata: { agent_name: 'Ben', team_name: 'Sales' },
    });
    const columns = ['duration_seconds', 'agent_name', 'metadata.team_name', 'transcript_text', 'status', 'max_score'];
    expect(await cells([...columns, 'metric.overlap_ratio', 'kpi.Manual.answer'])).to.deep.equal([
      [61, 'Ben', 'Sales', 'Agent: hello', 'queued', 10, null, null],
    ]);
  });

  it('give back every text as it was stored, control characters too', async () => {
    const all = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).join('');
    const texts = [`${all}"\\'`, 'é 😀 ＝', '', '\u001f', 'null'];
    for (const [index, text] of texts.entries())
      await scored({ externalId: `${index}${text}`, transcriptText: `t${text}`, metadata: { key: text } });
    const rows = await cells(['external_interaction_id', 'transcript_text', 'metadata.key']);
    const sorted = rows.sort(([one], [other]) => String(one).localeCompare(String(other)));
    expect(sorted).to.deep.equal(texts.map((text, index) => [`${index}${text}`, `t${text}`, text]));
  });

  it('are only those in the user’s scope where the report has one', async () => {
    await scored({ externalId: 'A', metadata: { agent_email: 'ann@example.test', team_name: 'Sales' } });
    await scored({ externalId: 'B', metadata: { agent_email: 'bob@example.test', team_name: 'Support' } });
    const scope = { email: 'ANN@example.test', teams: ['Support'], campaigns: [] };
    expect(await cells(['external_interaction_id'], { scopes: [{ ...scope, role: 'agent' }] })).to.deep.equal([['A']]);
    expect(await cells(['external_interaction_id'], { scopes: [{ ...scope, role: 'supervisor' }] })).to.deep.equal([
      ['B'],
    ]);
  });

  it('stop with the signal’s reason', async () => {
    await seedMany(services, accountId, { count: 2_500, at: day('2026-11-10'), profile: 'Basics' });
    const abort = new AbortController();
    const rows = reportCells(
      services.database.pool,
      { accountId, ...november },
      [columnOf('analysis_id')],
      abort.signal,
    );
    await rows.next();
    abort.abort(new Error('cancelled by its owner'));
    const read = async () => {
      for await (const _ of rows);
    };
    expect(await read().catch((error) => error.message)).to.equal('cancelled by its owner');
  });

  it('are read a few at a time where each has much text, so that memory does not follow their length', async () => {
    const { pool } = services.database;
    const text = 'ह'.repeat(30_000);
    await seedMany(services, accountId, { count: 90, at: day('2026-11-10'), profile: 'Basics' });
    await pool.query('UPDATE interaction SET transcript_text = ? WHERE account_id = ?', [text, accountId]);
    const pages: number[] = [];
    const counting = new Proxy(pool, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (key !== 'query' || typeof value !== 'function') return value;
        return async (...asked: unknown[]) => {
          const answer = (await Reflect.apply(value, target, asked)) as [unknown[]];
          if (JSON.stringify(asked).includes('transcript_text')) pages.push(answer[0].length);
          return answer;
        };
      },
    });
    let rows = 0;
    const columns = [columnOf('transcript_text')];
    for await (const [cell] of reportCells(counting, { accountId, ...november }, columns)) if (cell === text) rows++;
    expect(rows).to.equal(90);
    expect(Math.max(...pages)).to.be.within(20, 80);
  });

  it('arrive whole and once over many pages, also when thousands share one moment', async () => {
    for (const at of [day('2026-11-10'), day('2026-11-11')])
      await seedMany(services, accountId, { count: 2_500, at, profile: 'Basics' });
    const ids = (await cells(['analysis_id'])).map(([id]) => id);
    expect(ids).to.have.lengthOf(5_000);
    expect(new Set(ids)).to.have.property('size', 5_000);
    const wide = (await cells(['analysis_id', 'kpi.Manual.score'])).map(([id]) => id);
    expect(wide).to.deep.equal(ids);
  });
});
