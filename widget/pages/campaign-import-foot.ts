import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../parts/icon.ts';
import { timeLeft } from '../words/campaign.ts';
import { bytes, count, counted } from '../words/numbers.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';
import type { ImportUploads } from './campaign-uploads.ts';

const mostNamed = 5;

/** How far an import is, and what can be done with it. */
export function importFoot(open: UnfinishedImport, discard: () => void): TemplateResult {
  const isWorking = open.ending !== undefined;
  return html`<div class="foot">
      ${words(open.uploads)} ${isWorking ? nothing : pauseButton(open.uploads)}
      <button class="button" type="button" aria-haspopup="dialog" ?disabled=${isWorking} @click=${discard}>Discard</button>
      ${open.isAsked ? nothing : importButton(open, isWorking)}
    </div>
    ${open.isAsked ? askedFor(open) : nothing} ${missing(open.uploads)} ${repeated(open.uploads)}`;
}

function words(uploads: ImportUploads): TemplateResult {
  const { files, here, bytes: all, sent, bytesPerSecond } = uploads.progress;
  const left = uploads.isSending ? timeLeft(all - sent, bytesPerSecond) : '';
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
  if (!uploads.isSending) return nothing;
  return html`<button class="button" type="button" @click=${() => uploads.pause()}>${icon('pause', 16)} Pause</button>`;
}

function importButton(open: UnfinishedImport, isWorking: boolean): TemplateResult {
  const calls = open.uploads.taken().filter(({ kind, state }) => kind === 'audio' && state !== 'missing').length;
  return html`<button class="button primary" type="button" ?disabled=${calls === 0 || isWorking} @click=${() => open.ask()}>
    ${isWorking ? 'Working …' : `Import ${counted(calls, 'call')}`}
  </button>`;
}

/** It waits for everything. Once nothing but what waits for somebody is left, it can go without that. */
function askedFor(open: UnfinishedImport): TemplateResult {
  const { held, isBusy } = open.uploads;
  const isAnyHere = open.uploads.taken().some(({ kind, state }) => kind === 'audio' && state === 'here');
  const it = held === 1 ? 'it' : 'them';
  const without = html`<button class="button" type="button" ?disabled=${!isAnyHere} @click=${() => open.finish()}>
    Import without ${it}
  </button>`;
  return html`<div class="foot">
    <p class="words soft" role="status">
      Imports when all files are here …
      ${held > 0 ? html`<strong>${counted(held, 'file')} ${held === 1 ? 'is' : 'are'} paused.</strong>` : nothing}
      ${held > 0 && isBusy ? `Once the rest is here, you can import without ${it}.` : nothing}
    </p>
    ${held > 0 && !isBusy ? without : nothing}
    <button class="button" type="button" @click=${() => open.takeBack()}>Not yet</button>
  </div>`;
}

/** Files that were on their way from a page that is closed. */
function missing({ items }: ImportUploads): TemplateResult | typeof nothing {
  const files = [...items.values()].filter(({ state }) => state === 'missing').length;
  if (files === 0) return nothing;
  const [it, itIs, itWas] = files === 1 ? ['it', 'it is', 'it was'] : ['them', 'they are', 'they were'];
  return html`<p class="soft">
    ${counted(files, 'file')} did not come completely. Choose ${it} again to go on from where ${itWas}; otherwise ${itIs} left
    out.
  </p>`;
}

function repeated({ repeated: names }: ImportUploads): TemplateResult | typeof nothing {
  if (names.length === 0) return nothing;
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return html`<p class="soft break" role="status">In the list already: ${names.slice(0, mostNamed).join(', ')}${more}.</p>`;
}
