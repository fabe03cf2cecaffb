import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type UploadState, uploadWords } from '../words/campaign.ts';
import { bytes, counted } from '../words/numbers.ts';
import type { UploadItem } from './campaign-upload-item.ts';
import '../parts/status.ts';

/** What somebody has to look at comes first, what is here last. */
const order: readonly UploadState[] = [
  'refused',
  'missing',
  'broken',
  'uploading',
  'paused',
  'waiting',
  'leaving',
  'here',
];
const mostShown = 60;

/**
 * The files of an import, each with how far it is.
 * @fires retry - with the item
 * @fires remove - with the item
 */
@customElement('cqa-campaign-upload-list')
export class CampaignUploadListElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      ul {
        display: grid;
        max-height: 420px;
        overflow-y: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 2px var(--space-3);
        align-items: center;
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .size {
        font-size: var(--size-s);
        color: var(--text-soft);
      }
      .state {
        justify-self: end;
      }
      progress,
      .reason {
        grid-column: 1 / -1;
        width: 100%;
      }
      progress {
        height: 6px;
        accent-color: var(--accent);
      }
      .reason {
        color: var(--bad);
        font-size: var(--size-s);
      }
      .more {
        padding: var(--space-2) var(--space-3);
        color: var(--text-soft);
        font-size: var(--size-s);
      }
      @media (max-width: 480px) {
        li {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .state {
          grid-column: 1;
          justify-self: start;
        }
        .buttons {
          grid-row: 1;
          grid-column: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) items: UploadItem[] = [];
  /** Nothing can be done with them now. */
  @property({ type: Boolean }) locked = false;

  private ask(name: 'retry' | 'remove', item: UploadItem): void {
    this.dispatchEvent(new CustomEvent(name, { detail: item }));
  }

  private renderSize({ state, sent, size }: UploadItem): string {
    const isWhole = state === 'here' || state === 'waiting' || state === 'refused' || state === 'leaving';
    return isWhole ? bytes(size) : `${bytes(sent)} of ${bytes(size)}`;
  }

  private renderItem(item: UploadItem): TemplateResult {
    const { name, state, problem, sent, size } = item;
    const isGoing = state === 'uploading' || state === 'broken' || state === 'paused' || state === 'missing';
    return html`<li>
      <span class="break">
        ${name} <span class="size">${item.kind === 'sheet' ? 'metadata, ' : ''}${this.renderSize(item)}</span>
      </span>
      <cqa-status class="state" .words=${uploadWords[state]}></cqa-status>
      <span class="buttons row">
        ${
          problem && item.file && state === 'paused'
            ? html`<button class="button quiet icon small" type="button" aria-label="Try ${name} again" ?disabled=${this.locked} @click=${() => this.ask('retry', item)}>
              ${icon('again', 16)}
            </button>`
            : nothing
        }
        <button class="button quiet icon small" type="button" aria-label="Take ${name} out" ?disabled=${this.locked || state === 'leaving'} @click=${() => this.ask('remove', item)}>
          ${icon('close', 16)}
        </button>
      </span>
      ${isGoing ? html`<progress max=${size || 1} .value=${sent} aria-label="Progress of ${name}"></progress>` : nothing}
      ${problem ? html`<span class="reason break">${problem}</span>` : nothing}
      ${state === 'missing' ? html`<span class="reason break">Choose this file again to go on from ${bytes(sent)}.</span>` : nothing}
    </li>`;
  }

  override render() {
    if (this.items.length === 0) return nothing;
    const sorted = [...this.items].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    const shown = sorted.slice(0, mostShown);
    return html`<ul aria-label="Files of this import">
      ${repeat(
        shown,
        (item) => item.key,
        (item) => this.renderItem(item),
      )}
      ${sorted.length > shown.length ? html`<li class="more">and ${counted(sorted.length - shown.length, 'more file')}</li>` : nothing}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-upload-list': CampaignUploadListElement;
  }
}
