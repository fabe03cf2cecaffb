import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type DroppedFile, droppedFiles, pickedFiles } from './dropped-files.ts';

/**
 * Where files are dropped, or picked: many at once, or a folder.
 * @fires files - with the dropped files
 * @fires unreadable - with why the browser could not read what was dropped
 */
@customElement('cqa-campaign-drop-zone')
export class CampaignDropZoneElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .zone {
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-5) var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius-l);
        background: var(--surface-sunken);
        text-align: center;
        transition: background var(--quick);
      }
      .zone.small {
        padding: var(--space-3) var(--space-4);
      }
      .zone.over {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .mark {
        color: var(--accent);
      }
      .row {
        justify-content: center;
      }
    `,
  ];

  /** With files in the list it takes less room. */
  @property({ type: Boolean }) small = false;
  /** Why nothing is taken now; empty where it is. */
  @property() closed = '';
  @state() private isOver = false;

  override connectedCallback(): void {
    super.connectedCallback();
    // A file that misses the zone must not take the page's place.
    window.addEventListener('dragover', stay);
    window.addEventListener('drop', stay);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', stay);
    window.removeEventListener('drop', stay);
  }

  private give(files: DroppedFile[]): void {
    if (files.length > 0) this.dispatchEvent(new CustomEvent('files', { detail: files }));
  }

  private readonly over = (event: DragEvent): void => {
    event.preventDefault();
    this.isOver = this.closed === '';
  };

  private readonly leave = (event: DragEvent): void => {
    if (!(event.relatedTarget instanceof Node) || !this.renderRoot.contains(event.relatedTarget)) this.isOver = false;
  };

  private readonly drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    this.isOver = false;
    if (!event.dataTransfer || this.closed) return;
    try {
      this.give(await droppedFiles(event.dataTransfer));
    } catch (error) {
      this.dispatchEvent(new CustomEvent('unreadable', { detail: error }));
    }
  };

  private readonly picked = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    this.give(pickedFiles(input.files));
    // The same file can then be picked again.
    input.value = '';
  };

  private pick(which: 'files' | 'folder'): void {
    this.renderRoot.querySelector<HTMLInputElement>(`#${which}`)?.click();
  }

  override render() {
    return html`<div
      class="zone ${this.isOver ? 'over' : ''} ${this.small ? 'small' : ''}"
      @dragenter=${this.over}
      @dragover=${this.over}
      @dragleave=${this.leave}
      @drop=${this.drop}
    >
      ${this.small ? '' : html`<span class="mark">${icon('import', 30)}</span>`}
      <p class="strong">${this.closed || (this.small ? 'Drop more files here' : 'Drop recordings here')}</p>
      ${
        this.small
          ? ''
          : html`<p class="soft small">
            WAV, MP3, OGG, FLAC, M4A and others, up to 2 GB each. A CSV dropped along gives each its own metadata: its column
            <code>file</code> names the recording.
          </p>`
      }
      <div class="row">
        <button class="button ${this.small ? 'small' : 'primary'}" type="button" ?disabled=${this.closed !== ''} @click=${() => this.pick('files')}>
          Choose files
        </button>
        <button class="button ${this.small ? 'small' : ''}" type="button" ?disabled=${this.closed !== ''} @click=${() => this.pick('folder')}>
          Choose a folder
        </button>
      </div>
      <input id="files" type="file" multiple hidden aria-label="Files to import" @change=${this.picked} />
      <input id="folder" type="file" multiple webkitdirectory hidden aria-label="Folder to import" @change=${this.picked} />
    </div>`;
  }
}

function stay(event: Event): void {
  event.preventDefault();
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-drop-zone': CampaignDropZoneElement;
  }
}
