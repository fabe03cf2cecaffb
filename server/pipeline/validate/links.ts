import { referencesIn } from '../references.ts';
import { RowRejected, shown } from './fields.ts';
import type { Interaction } from './interaction.ts';

const webLink = /^https?:\/\/[^/]/i;
const contentLink = /^(?:https?|s3):\/\/[^/]/i;

/** Throws RowRejected where a row names something else than links. */
export function requireLinks({ audioUrl, transcriptUrl, callbackUrl }: Interaction): void {
  for (const link of referencesIn(audioUrl ?? '')) requireLink(link, 'audio_url', contentLink);
  for (const link of referencesIn(transcriptUrl ?? '')) requireLink(link, 'transcript_url', contentLink);
  if (callbackUrl !== null) requireLink(callbackUrl, 'callback_url', webLink);
}

function requireLink(link: string, column: string, pattern: RegExp): void {
  if (pattern.test(link) && URL.canParse(link)) return;
  const kinds = pattern === webLink ? 'http or https' : 'http, https or s3';
  throw new RowRejected('bad_value', `${column} is ${shown(link)}; it must be a link (${kinds}).`, column);
}
