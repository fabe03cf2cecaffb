import { expect } from 'chai';
import { pino } from 'pino';
import { startRepeatedTask } from '../../../server/worker/repeated-task.ts';
import { eventually } from '../../harness/eventually.ts';

describe('a repeated task', () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const settings = { everyMs: 5, log, complaint: 'it did not go; tried again' };
  beforeEach(() => {
    lines.length = 0;
  });

  it('is done at once and again and again, one at a time, and no more after it was stopped', async () => {
    let begun = 0;
    let ended = 0;
    const task = startRepeatedTask(
      async () => {
        expect(begun++).to.equal(ended);
        await new Promise(setImmediate);
        ended += 1;
      },
      { ...settings, everyMs: 1 },
    );
    expect(begun).to.equal(1);
    task.run();
    expect(begun).to.equal(1);
    await eventually('several', () => ended > 3);
    task.run();
    await task.stop();
    expect(begun).to.equal(ended);
    task.run();
    expect(begun).to.equal(ended);
    expect(lines).to.deep.equal([]);
  });

  it('that is asked for while it is under way is done once more after it', async () => {
    let begun = 0;
    let end: () => void = () => undefined;
    const task = startRepeatedTask(
      async () => {
        begun += 1;
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      },
      { ...settings, everyMs: 1_000_000 },
    );
    task.run();
    task.run();
    end();
    await eventually('once more', () => begun === 2);
    end();
    await task.stop();
    expect(begun).to.equal(2);
  });

  it('that fails is complained of once until it works again, and goes on', async () => {
    const outcomes = ['fail', 'fail', 'go', 'fail', 'go'];
    let done = 0;
    const task = startRepeatedTask(async () => {
      if (outcomes[done++] === 'fail') throw new Error('no');
    }, settings);
    await eventually('all', () => done >= outcomes.length);
    await task.stop();
    expect(lines).to.deep.equal([settings.complaint, settings.complaint]);
  });
});
