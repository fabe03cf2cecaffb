import { html, type TemplateResult } from 'lit';
import { counted } from '../words/numbers.ts';
import '../parts/confirm.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';

/** Asks before an upload is thrown away. */
export function discardQuestion(open: UnfinishedImport, close: () => void): TemplateResult {
  const files = open.uploads.items.size;
  return html`<cqa-confirm
    heading="Discard this upload?"
    action="Discard upload"
    .busy=${open.ending !== undefined}
    .problem=${open.problem}
    @confirm=${() => open.discard()}
    @close=${close}
  >
    <p>
      ${files === 1 ? 'Its file and what you typed for it' : `Its ${counted(files, 'file')} and what you typed for them`}
      are thrown away, also what is uploaded already. Calls that were imported before stay.
    </p>
  </cqa-confirm>`;
}
