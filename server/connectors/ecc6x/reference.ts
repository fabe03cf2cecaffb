import { isWebLink } from '../../../shared/link.ts';
import { referencesIn } from '../../rows/references.ts';

/** What a reference is made with. */
export interface ReferenceFacts {
  /** Where relative addresses lead. */
  baseUrl: string | undefined;
  /** When the interaction began, as ISO 8601; undefined where its event does not say it. */
  startTime: string | undefined;
}

/** A fragment is never sent, so it can tell later how old the interaction is. */
const startMark = '#at=';

/**
 * How recordings and transcripts of an event are kept with its interaction, one or several with semicolons between them: an
 * address of the recordings' own server as its path, whose server and token may change, any other link as it is.
 */
export function contentReference(text: string, facts: ReferenceFacts): string {
  return referencesIn(text)
    .map((one) => ownPath(one, facts))
    .join('; ');
}

function ownPath(text: string, { baseUrl, startTime }: ReferenceFacts): string {
  const path = isWebLink(text)
    ? pathOnBase(new URL(text), baseUrl)
    : /^[a-z0-9+.-]+:\/\//i.test(text)
      ? undefined
      : text;
  if (path === undefined) return text;
  const plain = path.replace(/#.*$/s, '');
  return startTime === undefined ? plain : `${plain}${startMark}${startTime}`;
}

/** Undefined where it lies on another server, or where it would be asked for without the TLS that its link names. */
function pathOnBase(link: URL, baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined || link.username !== '') return undefined;
  const base = new URL(baseUrl);
  const isOwn = link.host === base.host && (link.protocol === base.protocol || base.protocol === 'https:');
  return isOwn ? `${link.pathname}${link.search}` : undefined;
}

/** What `contentReference` has made of a path. */
export function readReference(reference: string): { path: string; startedAtMs: number | undefined } {
  const at = reference.lastIndexOf(startMark);
  if (at < 0) return { path: reference, startedAtMs: undefined };
  const startedAtMs = Date.parse(reference.slice(at + startMark.length));
  return { path: reference.slice(0, at), startedAtMs: Number.isNaN(startedAtMs) ? undefined : startedAtMs };
}
