import { expect } from 'chai';
import { newId } from '../../../../db/uuid.ts';
import { messagesOf, NameCollector, namesMessage, type WorkNames } from '../../../../server/worker/announce/names.ts';
import { eventually } from '../../../harness/eventually.ts';

const made = (count: number, kind: 'analyse' | 'record' = 'analyse') =>
  Array.from({ length: count }, () => ({ kind, subject: newId() }));

describe('names of work', () => {
  it('are told at once, and what comes meanwhile a moment later, together', async () => {
    const told: WorkNames[][] = [];
    const collector = new NameCollector((names) => told.push(names));
    const [first, ...later] = made(4);
    if (!first) throw new Error('none was made');
    collector.add([first]);
    expect(told).to.deep.equal([[{ kind: 'analyse', subjects: [first.subject.toString('hex')] }]]);
    for (const each of later) collector.add([each]);
    collector.add(made(1, 'record'));
    expect(told).to.have.length(1);
    await eventually('the others', () => told.length === 2);
    expect(told[1]?.map(({ kind, subjects }) => [kind, subjects.length])).to.deep.equal([
      ['analyse', 3],
      ['record', 1],
    ]);
  });

  it('are forgotten beyond a limit, however many come at once', async () => {
    const told: WorkNames[][] = [];
    const collector = new NameCollector((names) => told.push(names));
    collector.add(made(1));
    for (let chunk = 0; chunk < 20; chunk++) collector.add(made(5_000));
    await eventually('the others', () => told.length === 2);
    expect(told[1]?.[0]?.subjects).to.have.length(1_200);
  });

  it('go in messages of few, so that they come to many, and of fifty at most', () => {
    const sizes = (count: number) =>
      messagesOf({ kind: 'analyse', subjects: made(count).map(({ subject }) => subject.toString('hex')) }).map(
        ({ subjects }) => subjects.length,
      );
    expect(sizes(1)).to.deep.equal([1]);
    expect(sizes(24)).to.deep.equal(Array(24).fill(1));
    expect(sizes(1_200)).to.deep.equal(Array(24).fill(50));
    expect(sizes(1_230)).to.deep.equal([...Array(24).fill(50), 30]);
  });

  it('are read from a message only if they are such', () => {
    const subjects = [newId().toString('hex')];
    const text = JSON.stringify({ kind: 'record', subjects });
    expect(namesMessage.parse(text)).to.deep.equal({ kind: 'record', subjects });
    const others = ['', 'no', '{}', '{"kind":"dance","subjects":[]}', '{"kind":"record","subjects":["1 OR 1=1"]}'];
    for (const other of others) expect(namesMessage.safeParse(other).success, other).to.equal(false);
  });
});
