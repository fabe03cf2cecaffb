import type { TranscriptTurn } from '../../../shared/measures.ts';

/** `[mm:ss]` or `[h:mm:ss]`, with or without a fraction. */
const timePattern = /^\[(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:[.,]\d{1,3})?)\]\s*/;
const rolePattern = /^(agent|customer)\s*:\s*/i;

/**
 * Reads transcript text: one turn a line, `[mm:ss] Agent: …`; time and role may each be missing. A line that begins with
 * another name is a turn without a role, its whole text kept. Empty lines are no turns.
 */
export function parseTranscript(text: string): TranscriptTurn[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  return lines.map((line) => parseTurn(line.trim())).filter((turn) => turn.text !== '');
}

function parseTurn(line: string): TranscriptTurn {
  const time = timePattern.exec(line);
  const spoken = time ? line.slice(time[0].length) : line;
  const role = rolePattern.exec(spoken);
  return {
    role: role ? (role[1]?.toLowerCase() === 'agent' ? 'agent' : 'customer') : null,
    text: role ? spoken.slice(role[0].length) : spoken,
    start_seconds: time ? secondsOf(time) : null,
  };
}

function secondsOf([, hours = '0', minutes = '0', seconds = '0']: RegExpExecArray): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}

/** The conversation's length for rules about its end: the recording's, else the last turn's time; null without both. */
export function lengthSeconds(turns: TranscriptTurn[], durationSeconds: number | null): number | null {
  if (durationSeconds !== null) return durationSeconds;
  const times = turns.flatMap((turn) => turn.start_seconds ?? []);
  return times.length === 0 ? null : times.reduce((max, time) => Math.max(max, time));
}
