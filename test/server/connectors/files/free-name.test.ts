import { expect } from 'chai';
import { freeName } from '../../../../server/connectors/files/free-name.ts';

/** The name that a file gets where so many of its name are there already, and how often it was asked for. */
async function placed(name: string, count: number): Promise<{ found: string; asked: number }> {
  const taken = new Set<string>();
  for (let i = 0; i < count; i++) taken.add(await freeName(name, async (candidate) => taken.has(candidate)));
  let asked = 0;
  const found = await freeName(name, async (candidate) => {
    asked++;
    return taken.has(candidate);
  });
  return { found, asked };
}

describe('a free name', () => {
  it('has its number before the endings', async () => {
    expect((await placed('calls.csv', 0)).found).to.equal('calls.csv');
    expect((await placed('calls.csv', 1)).found).to.equal('calls-2.csv');
    expect((await placed('calls.csv.gz', 11)).found).to.equal('calls-12.csv.gz');
    expect((await placed('calls 2026.11.20.zip', 1)).found).to.equal('calls 2026.11.20-2.zip');
    expect((await placed('calls', 1)).found).to.equal('calls-2');
  });

  it('is the next one after a thousand, found with few questions', async () => {
    const { found, asked } = await placed('calls.csv', 1000);
    expect(found).to.equal('calls-1001.csv');
    expect(asked).to.be.lessThan(25);
  });
});
