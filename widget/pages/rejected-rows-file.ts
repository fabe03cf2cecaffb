import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { followDownload } from '../parts/follow-download.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/problem.ts';

/**
 * Rejected rows as a file: downloaded, mended in a spreadsheet or an editor, and given back.
 * @fires replayed
 */
@customElement('cqa-rejected-rows-file')
export class RejectedRowsFileElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId: string | undefined;
  private readonly acting = new Action(this);

  private readonly download = (): Promise<boolean> =>
    this.acting.run(async () => {
      const answer = await this.app?.api.rejectedRows.download.query({ execution: this.executionId });
      if (answer) followDownload(answer.url, answer.file_name);
    });

  private readonly send = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (!file) return;
    await this.acting.run(async () => {
      const detail = await this.app?.api.rejectedRows.replayFile.mutate({ csv: await file.text() });
      this.dispatchEvent(new CustomEvent('replayed', { detail }));
    });
    // The same file, mended once more, is a change again.
    input.value = '';
  };

  override render() {
    const { isBusy, problem } = this.acting;
    return html`<button class="button small" type="button" ?disabled=${isBusy} @click=${this.download}>
        ${icon('download', 15)} Download as CSV
      </button>
      <button
        class="button small"
        type="button"
        ?disabled=${isBusy}
        @click=${() => this.renderRoot.querySelector<HTMLInputElement>('input')?.click()}
      >
        ${icon('up', 15)} ${isBusy ? 'Reading …' : 'Send the mended CSV'}
      </button>
      <input type="file" accept=".csv,text/csv" hidden aria-label="The mended CSV" @change=${this.send} />
      <cqa-problem .problem=${problem}></cqa-problem>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-rejected-rows-file': RejectedRowsFileElement;
  }
}
