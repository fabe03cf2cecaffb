import { type InteractionPage, readInteractionPage } from '../../db/queries/interaction-page.ts';
import type { Scope } from '../../db/queries/scope.ts';
import type { TranscriptTurn } from '../../shared/measures.ts';
import { parseTranscript } from '../analysis/transcript/parse.ts';
import type { Services } from '../services.ts';

export interface ShownInteraction extends InteractionPage {
  transcript: TranscriptTurn[];
}

/** One interaction as its page in the console shows it. Throws `not_found` as `readInteractionPage` does. */
export async function showInteraction(
  { database }: Services,
  accountId: number,
  scope: Scope,
  id: Buffer,
): Promise<ShownInteraction> {
  const page = await readInteractionPage(database.pool, accountId, scope, id);
  return { ...page, transcript: parseTranscript(page.transcript_text ?? '') };
}
