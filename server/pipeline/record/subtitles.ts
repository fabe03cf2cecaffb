/** `00:01:02,500 --> 00:01:04,000`, with a dot in WebVTT, hours not always there. */
const timing = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?[ \t]*-->/;
/** A speaker before the words: `Agent: …`, also behind a dash or in brackets. */
const speaker = /^(?:-|–|—|>>)?\s?\[?(agent|customer)\]?\s?:/i;

/** Whether text (trimmed, lines by line feeds) is WebVTT or SubRip. */
export function isSubtitles(text: string): boolean {
  if (isVtt(text)) return true;
  const lines = text
    .slice(0, 200)
    .split('\n', 3)
    .map((line) => line.trim());
  return (
    timing.test(lines[0] ?? '') || (/^\d+$/.test(lines[0] ?? '') && lines.slice(1).some((line) => timing.test(line)))
  );
}

function isVtt(text: string): boolean {
  return /^WEBVTT(\s|$)/.test(text);
}

/**
 * Subtitles as transcript lines: `[mm:ss] Agent: …`, one for each speaker of each cue. The speaker is the voice of
 * WebVTT (`<v Agent>`) or stands before the words (`Agent: …`); another name is kept as it is, a cue without one has no
 * role. Formatting is left out.
 */
export function subtitleLines(text: string): string[] {
  return cuesIn(text).flatMap(({ time, lines }) => turnsOf(lines.join('\n')).map((turn) => `[${time}] ${turn}`));
}

interface Cue {
  /** `mm:ss` or `h:mm:ss` */
  time: string;
  lines: string[];
}

/**
 * A cue is what follows its timing: in WebVTT up to an empty line (what comes then are notes and identifiers), in SubRip
 * up to the number before the next timing, because programs leave empty lines within its cues.
 */
function cuesIn(text: string): Cue[] {
  const endsAtEmptyLine = isVtt(text);
  const cues: Cue[] = [];
  let cue: Cue | undefined;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const found = timing.exec(line);
    if (found) {
      if (/^\d+$/.test(cue?.lines.at(-1) ?? '')) cue?.lines.pop();
      cue = { time: timeOf(found), lines: [] };
      cues.push(cue);
    } else if (line !== '') cue?.lines.push(line);
    else if (endsAtEmptyLine) cue = undefined;
  }
  return cues;
}

function timeOf([, hours = '0', minutes = '0', seconds = '0']: RegExpExecArray): string {
  const clock = `${minutes.padStart(2, '0')}:${seconds}`;
  return Number(hours) === 0 ? clock : `${Number(hours)}:${clock}`;
}

/** A voice tag, with its name, or the end of one. */
const voice = /<v(?:\.[^\s<>]*)?\s([^<>]*)>|<\/v>/g;

function turnsOf(payload: string): string[] {
  const turns: string[] = [];
  let name = '';
  let start = 0;
  const take = (end: number) => {
    turns.push(...spokenBy(name, payload.slice(start, end)));
  };
  for (const tag of payload.matchAll(voice)) {
    take(tag.index);
    name = plain(tag[1] ?? '');
    start = tag.index + tag[0].length;
  }
  take(payload.length);
  return turns;
}

/** Lines of one cue are one turn, until one of them names a speaker itself. */
function spokenBy(name: string, payload: string): string[] {
  const turns: string[] = [];
  for (const line of payload.split('\n').map(plain)) {
    if (line === '') continue;
    const own = speaker.exec(line);
    if (own) turns.push(`${roleOf(own[1] ?? '')}: ${line.slice(own[0].length).trim()}`);
    else if (turns.length === 0) turns.push(name === '' ? line : `${roleOf(name)}: ${line}`);
    else turns.push(`${turns.pop()} ${line}`);
  }
  return turns;
}

/** "Agent" and "agent Priya" are the agent; any other name stays. */
function roleOf(name: string): string {
  const role = /^(agent|customer)\b/i.exec(name)?.[1]?.toLowerCase();
  if (role === undefined) return name;
  return role === 'agent' ? 'Agent' : 'Customer';
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', lrm: '', rlm: '' };

/** Text without tags (`<i>`, `{\an8}`) and with its entities as characters. */
function plain(text: string): string {
  return text
    .replace(/<\/?[a-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}/gi, '')
    .replace(/&(#\d{1,5}|[a-z]{2,4});/g, (whole, entity: string) =>
      entity.startsWith('#') ? String.fromCodePoint(Number(entity.slice(1))) : (entities[entity] ?? whole),
    )
    .trim();
}
