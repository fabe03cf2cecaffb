import type { AlertFacts } from './facts.ts';

/** The page where the alert is looked into. */
export function linkOf({ execution_id, kind }: Pick<AlertFacts, 'execution_id' | 'kind'>, publicUrl: string): string {
  if (execution_id) return `${publicUrl}/executions/${execution_id}`;
  return kind === 'run_failed' || kind === 'run_partial' ? `${publicUrl}/alerts` : `${publicUrl}/data-import`;
}

export function settingsLink(publicUrl: string): string {
  return `${publicUrl}/settings/alerts`;
}
