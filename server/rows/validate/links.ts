import { isContentLink, isWebLink } from '../../../shared/link.ts';
import { referencesIn } from '../references.ts';
import { RowRejected, shown } from './fields.ts';
import type { Interaction } from './interaction.ts';

/** Throws RowRejected where a row names something else than links. */
export function requireLinks({ audioUrl, transcriptUrl, callbackUrl }: Interaction): void {
  for (const link of referencesIn(audioUrl ?? '')) requireLink(link, 'audio_url', isContentLink);
  for (const link of referencesIn(transcriptUrl ?? '')) requireLink(link, 'transcript_url', isContentLink);
  if (callbackUrl !== null) requireLink(callbackUrl, 'callback_url', isWebLink);
}

function requireLink(link: string, column: string, isSuch: (text: string) => boolean): void {
  if (isSuch(link)) return;
  const kinds = isSuch === isWebLink ? 'http or https' : 'http, https or s3';
  throw new RowRejected('bad_value', `${column} is ${shown(link)}; it must be a link (${kinds}).`, column);
}
