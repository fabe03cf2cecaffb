import type { Lanes, Span } from '../../shared/measures.ts';

export interface Lane {
  name: string;
  kind: 'agent' | 'customer' | 'speech';
  spans: Span[];
}

/** A lane for each party; one for all where the parties cannot be told apart. */
export function lanesShown(lanes: Lanes | undefined): Lane[] {
  if (!lanes) return [];
  if (!lanes.agent || !lanes.customer) return [{ name: 'Speech', kind: 'speech', spans: lanes.speech }];
  return [
    { name: 'Agent', kind: 'agent', spans: lanes.agent },
    { name: 'Customer', kind: 'customer', spans: lanes.customer },
  ];
}
