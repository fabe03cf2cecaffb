import { expect } from 'chai';
import type { StepState } from '../../../widget/words/steps.ts';
import { widgetModule } from '../source.ts';

const { stepState, stepTookInWords } =
  await widgetModule<typeof import('../../../widget/words/steps.ts')>('words/steps.ts');

type Run = Parameters<typeof stepState>[0];

describe('the steps of a run', () => {
  const states = (type: Run['type'], status: Run['status'], ...names: string[]): StepState[] => {
    const steps = names.map((name) => ({
      ...{ name: name.replace('…', ''), started_at: '2026-11-21T00:00:00Z', message: null },
      ended_at: name.endsWith('…') ? null : '2026-11-21T00:00:01Z',
    }));
    return steps.map((step) => stepState({ status, type, steps }, step));
  };

  it('are done but for the one that the run failed or was cancelled at', () => {
    expect(states('data_import', 'success', 'list', 'store')).to.deep.equal(['done', 'done']);
    expect(states('data_import', 'handler_failed', 'list')).to.deep.equal(['failed']);
    expect(states('data_import', 'handler_failed', 'list', 'store')).to.deep.equal(['done', 'failed']);
    expect(states('data_export', 'delivery_failed', 'report', 'deliver')).to.deep.equal(['done', 'failed']);
    expect(states('data_import', 'cancelled', 'list', 'store')).to.deep.equal(['done', 'stopped']);
  });

  it('failed in part where items or destinations failed, and not where the files were moved afterwards', () => {
    expect(states('data_import', 'partial_success', 'list', 'store', 'deliver')).to.deep.equal([
      ...['done', 'partly', 'done'],
    ]);
    expect(states('data_export', 'partial_success', 'report', 'deliver')).to.deep.equal(['done', 'partly']);
  });

  it('are open while the run goes on, and not finished where it ended without them', () => {
    expect(states('data_import', 'processing', 'list', 'store…')).to.deep.equal(['done', 'open']);
    expect(states('data_import', 'handler_failed', 'list', 'store…')).to.deep.equal(['done', 'unfinished']);
  });

  it('say in words what their dots say in colours', () => {
    const words = (['open', 'done', 'partly', 'failed', 'stopped', 'unfinished'] as const).map((state) =>
      stepTookInWords(state, '3.2 s'),
    );
    expect(words).to.deep.equal([
      ...['3.2 s so far', '3.2 s', '3.2 s, failed in part', 'failed after 3.2 s', 'cancelled after 3.2 s'],
      'not finished',
    ]);
  });
});
