import { expect } from 'chai';
import { checkEcc4x } from '../../../../server/connectors/ecc4x/check.ts';
import { ecc4xConfigSchema } from '../../../../server/connectors/ecc4x/config.ts';
import { openSource } from '../../../../server/connectors/ecc4x/source.ts';
import { AppError } from '../../../../shared/error.ts';
import { collect, contextOf, itemOf, readAll, rejects } from '../contract-kit.ts';
import { EccServer } from './ecc-server.ts';
import { hashKeyApi } from './fixture.ts';
import { MemoryInbox } from './memory-inbox.ts';

type Json = Record<string, unknown>;

describe('reports that VLA uploads into an inbox', () => {
  const server = new EccServer();
  let inbox: MemoryInbox;
  before(() => server.start());
  beforeEach(() => {
    inbox = new MemoryInbox();
  });
  after(() => server.stop());

  const config = (source: Json = {}) =>
    ecc4xConfigSchema.parse({
      source: { kind: 'sftp_report', inbox: 'vla', ...source },
      voice_log: hashKeyApi(server),
    });
  const context = () =>
    contextOf({
      inbox: async (which) => {
        if ('name' in which && which.name === 'vla') return inbox;
        throw new AppError('not_found', 'There is no inbox of that name.');
      },
    });
  const open = (source: Json = {}) => openSource(config(source), context());

  it('complete reports are offered; those under way wait with a reason; other files are nobody’s', async () => {
    inbox.put('day1.csv', 'crtObjectId\nd1\n');
    inbox.put('day2.csv.part', 'crt');
    inbox.put('day3.csv', 'crt', { isComplete: false });
    inbox.put('audio/1.mp3', 'x');
    const items = await collect(await open());
    expect(items.map(({ key, readiness }) => [key, readiness])).to.deep.equal([
      ['day1.csv', 'ready'],
      ['day2.csv.part', { waiting: 'still being uploaded: day2.csv.part' }],
      ['day3.csv', { waiting: 'still being uploaded: day3.csv' }],
    ]);
    expect((await readAll(await open(), await itemOf(await open(), 'day1.csv'))).toString()).to.equal(
      'crtObjectId\nd1\n',
    );
  });

  it('a report that was replaced since it was listed waits for the next run', async () => {
    inbox.put('day1.csv', 'a');
    const session = await open();
    const item = await itemOf(session, 'day1.csv');
    inbox.put('day1.csv', 'b');
    await rejects(readAll(session, item), 'item_changed');
  });

  it('one folder of the inbox may be meant', async () => {
    inbox.put('reports/day1.csv', 'a');
    inbox.put('elsewhere/day1.csv', 'a');
    expect((await collect(await open({ directory: 'reports/' }))).map(({ key }) => key)).to.deep.equal([
      'reports/day1.csv',
    ]);
  });

  it('what was read may be moved, and is not offered again', async () => {
    inbox.put('reports/day1.csv', 'a');
    const session = await open({ directory: 'reports', after_success: 'move' });
    await session.finish?.(await itemOf(session, 'reports/day1.csv'), 'move');
    expect(inbox.paths()).to.deep.equal(['reports/processed/day1.csv']);
    expect(await collect(session)).to.deep.equal([]);
  });

  it('a backfill takes the reports that came within its days', async () => {
    inbox.put('old.csv', 'a', { modifiedAt: new Date('2026-01-01T00:00:00Z') });
    inbox.put('new.csv', 'a', { modifiedAt: new Date('2026-02-01T00:00:00Z') });
    const range = { from: new Date('2026-01-31T00:00:00Z'), to: new Date('2026-02-02T00:00:00Z') };
    const keys: string[] = [];
    for await (const { key } of (await open()).list({ range })) keys.push(key);
    expect(keys).to.deep.equal(['new.csv']);
  });

  it('an inbox that is not there is a failure, never an empty list', async () => {
    await rejects(collect(await open({ inbox: 'another' })), 'not_found');
  });

  it('a check signs in to the voice log and looks into the inbox', async () => {
    inbox.put('day1.csv', 'a');
    const steps = [];
    for await (const step of checkEcc4x(config(), 'import', context())) steps.push(step);
    expect(steps.map(({ name, ok }) => [name, ok])).to.deep.equal([
      ['reach', true],
      ['voice_log', true],
      ['list', true],
    ]);
    expect(steps.at(-1)?.details?.files).to.deep.equal(['day1.csv']);
  });
});
