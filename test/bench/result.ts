/** One comparison: what we reach and what its peer or limit reaches, both measured in the same run. */
export interface BenchResult {
  name: string;
  unit: string;
  /** Medians over the rounds. */
  ours: number;
  peer: number;
  /** ours ÷ peer, of the medians. */
  ratio: number;
  /** The ratio that is promised. */
  bar: number;
  rounds: { ours: number; peer: number }[];
  /** What a reader needs to judge the numbers: what the peer is, sizes, settings. */
  notes: string[];
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The result of rounds that alternated between us and the peer. */
export function compare(
  facts: Pick<BenchResult, 'name' | 'unit' | 'bar' | 'notes'>,
  rounds: BenchResult['rounds'],
): BenchResult {
  const ours = median(rounds.map((round) => round.ours));
  const peer = median(rounds.map((round) => round.peer));
  return { ...facts, ours, peer, ratio: ours / peer, rounds };
}
