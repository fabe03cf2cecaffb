import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../parts/icon.ts';
import { timeLeft } from '../words/campaign.ts';
import { bytes, count, counted } from '../words/numbers.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';
import type { ImportUploads } from './campaign-uploads.ts';

/** How far an import is, and what can be done with it. `isBusy`: something is being done with its files. */
export function importFoot(open: UnfinishedImport, isBusy: boolean, discard: () => void): TemplateResult {
  const isHeldUp = isBusy || open.isFinishing;
  return html`<div class="foot">
      ${words(open.uploads)} ${pauseButton(open.uploads)}
      <button class="button" type="button" aria-haspopup="dialog" ?disabled=${isHeldUp} @click=${discard}>Discard</button>
      ${open.isAsked ? nothing : importButton(open, isHeldUp)}
    </div>
    ${open.isAsked ? askedFor(open) : nothing}`;
}

function words(uploads: ImportUploads): TemplateResult {
  const { files, here, bytes: all, sent, bytesPerSecond } = uploads.progress;
  const left = uploads.isBusy ? timeLeft(all - sent, bytesPerSecond) : '';
  const isBroken = [...uploads.items.values()].some(({ state }) => state === 'broken');
  return html`<div class="words">
    <p role="status"><strong>${count(here)} of ${counted(files, 'file')}</strong> uploaded</p>
    <p class="soft small">
      ${bytes(sent)} of ${bytes(all)}${left ? html`, ${left}` : nothing}${
        isBroken ? '. The connection is interrupted; it goes on by itself' : nothing
      }${uploads.isPaused ? '. Paused' : nothing}
    </p>
  </div>`;
}

function pauseButton(uploads: ImportUploads): TemplateResult | typeof nothing {
  if (uploads.held > 0 || uploads.isPaused)
    return html`<button class="button" type="button" @click=${() => uploads.resume()}>${icon('play', 16)} Go on</button>`;
  if (!uploads.isBusy) return nothing;
  return html`<button class="button" type="button" @click=${() => uploads.pause()}>${icon('pause', 16)} Pause</button>`;
}

function importButton(open: UnfinishedImport, isHeldUp: boolean): TemplateResult {
  const calls = open.uploads.taken().filter(({ kind, state }) => kind === 'audio' && state !== 'missing').length;
  return html`<button class="button primary" type="button" ?disabled=${calls === 0 || isHeldUp} @click=${() => open.ask()}>
    ${isHeldUp ? 'Working …' : `Import ${counted(calls, 'call')}`}
  </button>`;
}

/** It waits for everything; of what waits for somebody, that can be said too. */
function askedFor(open: UnfinishedImport): TemplateResult {
  const { held } = open.uploads;
  const isAnyHere = open.uploads.taken().some(({ kind, state }) => kind === 'audio' && state === 'here');
  const without = html`<button class="button" type="button" ?disabled=${!isAnyHere} @click=${() => open.finish()}>
    Import without ${held === 1 ? 'it' : 'them'}
  </button>`;
  return html`<div class="foot">
    <p class="words soft" role="status">
      Imports when all files are here …
      ${held > 0 ? html`<strong>${counted(held, 'file')} ${held === 1 ? 'is' : 'are'} paused.</strong>` : nothing}
    </p>
    ${held > 0 ? without : nothing}
    <button class="button" type="button" @click=${() => open.takeBack()}>Not yet</button>
  </div>`;
}
