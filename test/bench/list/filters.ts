import type { Scope } from '../../../db/queries/scope.ts';
import type { AnalysisListInput } from '../../../server/reports/analysis-list.ts';
import { newestAt, rareAgent } from './fill.ts';

export interface Asked {
  name: string;
  input: Omit<AnalysisListInput, 'cursor'>;
  scope: Scope;
}

const nobody = { email: 'admin@bench.example', teams: [], campaigns: [] };
const admin: Scope = { role: 'admin', ...nobody };
const agent = (email: string): Scope => ({ ...nobody, role: 'agent', email });
const supervisor = (teams: string[], campaigns: string[] = []): Scope => ({
  ...nobody,
  role: 'supervisor',
  teams,
  campaigns,
});

const dayMs = 86_400_000;
const day = (ago: number) => new Date(newestAt.getTime() - ago * dayMs).toISOString().slice(0, 10);
const days = (from: number, to: number) => ({ from: day(from), to: day(to) });
const aDay = days(40, 40);
const aMonth = days(60, 31);
const aQuarter = days(91, 0);
const queues = (count: number) => Array.from({ length: count }, (_, index) => `Queue ${index}`);

/** What people ask for, what they ask for in vain, and what is hard to find. */
export function askedFilters(profiles: string[]): Asked[] {
  const [common = '', , rare = ''] = profiles;
  const asked = (name: string, input: Asked['input'], scope = admin): Asked => ({ name, input, scope });
  return [
    asked('everything', {}),
    asked('a day', aDay),
    asked('a day, failed', { ...aDay, status: ['failed'] }),
    asked('a day without interactions', days(300, 300)),
    ...[0, 50, 90, 99, 99.9, 100].map((least) =>
      asked(`a month, a profile, at least ${least} %`, { ...aMonth, profile: common, min_percentage: least }),
    ),
    asked('a month, a rare profile, at least 99.9 %', { ...aMonth, profile: rare, min_percentage: 99.9 }),
    asked('a month, a profile, at least 49.9 points', { ...aMonth, profile: common, min_score: 49.9 }),
    asked('a month, a profile, more points than there are', { ...aMonth, profile: common, min_score: 51 }),
    asked('a month, at most 0.1 %', { ...aMonth, max_percentage: 0.1 }),
    ...(['completed', 'failed', 'processing', 'queued'] as const).flatMap((status) =>
      [1, 5, 20].map((count) =>
        asked(`a quarter, ${count} of 20 queues, ${status}`, {
          ...aQuarter,
          metadata: { queue: queues(count) },
          status: [status],
        }),
      ),
    ),
    asked('a quarter, a queue, failed or waiting', {
      ...aQuarter,
      metadata: { queue: ['Queue 3'] },
      status: ['failed', 'queued'],
    }),
    asked('a quarter, a queue that is not there, completed', {
      ...aQuarter,
      metadata: { queue: ['Queue 99'] },
      status: ['completed'],
    }),
    asked('a quarter, a rare outcome', { ...aQuarter, metadata: { outcome: ['Escalated'] } }),
    asked('a quarter, a rare outcome, failed', {
      ...aQuarter,
      metadata: { outcome: ['Escalated'] },
      status: ['failed'],
    }),
    asked('a queue and an outcome', { metadata: { queue: ['Queue 3'], outcome: ['Follow up'] } }),
    asked('a queue and a rare outcome', { metadata: { queue: ['Queue 3'], outcome: ['Escalated'] } }),
    asked('a quarter, a queue, an outcome, failed, a rare profile, at least 90 %', {
      ...aQuarter,
      metadata: { queue: ['Queue 3'], outcome: ['Follow up'] },
      status: ['failed'],
      profile: rare,
      min_percentage: 90,
    }),
    asked('a quarter, a queue, a profile, at least 99 %', {
      ...aQuarter,
      metadata: { queue: ['Queue 3'] },
      profile: common,
      min_percentage: 99,
    }),
    asked('an external id', { search: 'CALL-000123456' }),
    asked('the beginning of some ids', { search: 'CALL-0001234' }),
    asked('the beginning of all ids', { search: 'CALL-' }),
    asked('an id that is not there', { search: 'NONE' }),
    asked('the beginning of all ids, a rare outcome', { search: 'CALL-', metadata: { outcome: ['Escalated'] } }),
    asked('an agent', {}, agent('a17@bench.example')),
    asked('an agent, failed', { status: ['failed'] }, agent('a17@bench.example')),
    asked('an agent, at least 99 %', { min_percentage: 99 }, agent('a17@bench.example')),
    asked('an agent of few', {}, agent(rareAgent)),
    asked('an agent of none', {}, agent('nobody@bench.example')),
    asked('a supervisor of a team', {}, supervisor(['Team 4'])),
    asked('a supervisor of three teams and a campaign', {}, supervisor(['Team 4', 'Team 5', 'Team 6'], ['c-1'])),
    asked(
      'a supervisor of all teams, failed',
      { status: ['failed'] },
      supervisor(queues(20).map((_, n) => `Team ${n}`)),
    ),
    asked(
      'a supervisor of a team, a month, a queue, a profile, at least 90 %',
      {
        ...aMonth,
        metadata: { queue: ['Queue 3'] },
        profile: common,
        min_percentage: 90,
      },
      supervisor(['Team 4']),
    ),
    asked('a supervisor of no team', {}, supervisor([])),
  ];
}

/**
 * What no index helps with, told beside the others: ids of which very many begin alike, all of them old, and values that
 * are common, each by itself, but never come together.
 */
export function hardFilters(): Asked[] {
  return [
    { name: 'the beginning of a tenth of the ids, old ones', input: { search: 'CALL-0001' }, scope: admin },
    {
      name: 'a supervisor of a team, a campaign of other teams',
      input: { metadata: { campaign_id: ['c-1'] } },
      scope: supervisor(['Team 4']),
    },
  ];
}
