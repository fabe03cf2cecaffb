import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RejectedRowsPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

/**
 * One rejected row, to be mended as text and read again.
 * @fires replayed when it was taken
 * @fires close
 */
@customElement('cqa-rejected-row-dialog')
export class RejectedRowDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 760px;
      }
      code.header {
        display: block;
        padding: var(--space-2) var(--space-3);
        overflow-x: auto;
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) row: RejectedRowsPage['rows'][number] | undefined;
  @state() private text: string | undefined;
  /** Why it was not taken, this time. */
  @state() private reason: string | undefined;
  private readonly replaying = new Action(this);

  private readonly replay = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, row, text } = this;
    if (!app || !row) return;
    await this.replaying.run(async () => {
      const raw = text === undefined ? {} : { raw: text };
      const replayed = await app.api.rejectedRows.replay.mutate({ rows: [{ id: row.id, ...raw }] });
      this.reason = replayed.results[0]?.reason;
      if (replayed.rejected > 0) return;
      this.dispatchEvent(new CustomEvent('replayed', { detail: replayed }));
      this.close();
    });
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  override render() {
    const { row } = this;
    if (!row) return nothing;
    return html`<cqa-dialog heading="Line ${count(row.line)} of ${row.file_name}" @close=${this.close}>
      <form id="row" class="stack" @submit=${this.replay}>
        <p><strong>Rejected:</strong> ${this.reason ?? row.reason}</p>
        ${
          row.header
            ? html`<div>
              <span class="small soft">The headings of the file</span>
              <code class="header" tabindex="0">${row.header.join(', ')}</code>
            </div>`
            : nothing
        }
        <div class="field">
          <label for="raw">The row, as it is to be read</label>
          <textarea
            id="raw"
            class="input mono"
            rows="6"
            spellcheck="false"
            aria-describedby="hint"
            .value=${this.text ?? row.raw}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLTextAreaElement).value;
            }}
          ></textarea>
          <span id="hint" class="hint">The file itself is not changed. A row that is longer than 4 KB is kept in part; put the whole of it here.</span>
        </div>
        <cqa-problem .problem=${this.replaying.problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="row" ?disabled=${this.replaying.isBusy}>
        ${this.replaying.isBusy ? 'Reading …' : 'Read it again'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-rejected-row-dialog': RejectedRowDialogElement;
  }
}
