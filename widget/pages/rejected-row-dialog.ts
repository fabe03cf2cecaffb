import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RejectedRowsPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { indentedJson } from '../words/json.ts';
import { placeInWords } from '../words/rejected.ts';
import '../parts/dialog.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';

/** An event may be a megabyte: it is shown as it is then, for to lay it out takes a browser seconds. */
const longestLaidOut = 200_000;

type Row = RejectedRowsPage['rows'][number];

/**
 * One rejected row, or an event of a stream in full, to be mended as text and read again.
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
      textarea.event {
        height: min(52vh, 480px);
        font-family: var(--font-mono);
        font-size: var(--size-s);
        white-space: pre;
        overflow: auto;
        tab-size: 2;
      }
      .cut {
        padding: var(--space-2) var(--space-3);
        border-radius: var(--radius-s);
        background: var(--warn-soft);
        color: var(--warn);
        font-size: var(--size-s);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) row: Row | undefined;
  @state() private text: string | undefined;
  /** Why it was not taken, this time. */
  @state() private reason: string | undefined;
  /** The row with its whole text, where the list had its beginning alone. */
  private readonly whole = new Resource(
    this,
    async (signal) => this.row && this.app?.api.rejectedRows.get.query({ id: this.row.id }, { signal }),
  );
  private readonly replaying = new Action(this);

  protected override firstUpdated(): void {
    if (this.row?.is_shortened) void this.whole.load();
  }

  /** Undefined until the whole of it is here. */
  private get shownText(): string | undefined {
    const { row, text } = this;
    if (text !== undefined || !row) return text;
    const raw = row.is_shortened ? this.whole.value?.raw : row.raw;
    if (raw === undefined || !row.is_event || raw.length > longestLaidOut) return raw;
    return indentedJson(raw) ?? raw;
  }

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

  private renderText(row: Row): TemplateResult {
    const { shownText } = this;
    if (shownText === undefined && !this.whole.problem)
      return html`<cqa-loading label="Loading the text"></cqa-loading>`;
    return html`<div class="field">
      <label for="raw">${row.is_event ? 'The event' : 'The row'}, as it is to be read</label>
      <textarea
        id="raw"
        class="input mono ${row.is_event ? 'event' : ''}"
        rows="6"
        spellcheck="false"
        aria-describedby="hint"
        .value=${shownText ?? ''}
        @input=${(event: Event) => {
          this.text = (event.target as HTMLTextAreaElement).value;
        }}
      ></textarea>
      <span id="hint" class="hint"
        >${row.is_event ? 'The topic itself is not changed.' : 'The file itself is not changed.'}</span
      >
    </div>`;
  }

  private renderHeader(header: readonly string[]): TemplateResult {
    return html`<div>
      <span class="small soft">The headings of the file</span>
      <code class="header" tabindex="0">${header.join(', ')}</code>
    </div>`;
  }

  override render() {
    const { row } = this;
    if (!row) return nothing;
    const isBusy = this.replaying.isBusy;
    // What was cut cannot be read again as it is kept.
    const isUnmended = row.is_cut && this.text === undefined;
    return html`<cqa-dialog heading=${placeInWords(row)} .isChanged=${this.text !== undefined} @close=${this.close}>
      <form id="row" class="stack" @submit=${this.replay}>
        <p><strong>Rejected:</strong> ${this.reason ?? row.reason}</p>
        ${
          row.is_cut
            ? html`<p class="cut">
              It was longer than what is kept, so its end is missing. Put the whole of it here to read it again.
            </p>`
            : nothing
        }
        ${row.header ? this.renderHeader(row.header) : nothing}${this.renderText(row)}
        <cqa-problem .problem=${this.whole.problem} .again=${this.whole.load}></cqa-problem>
        <cqa-problem .problem=${this.replaying.problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button
        slot="actions"
        class="button primary"
        type="submit"
        form="row"
        ?disabled=${isBusy || isUnmended || this.shownText === undefined}
      >
        ${isBusy ? 'Reading …' : 'Read it again'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-rejected-row-dialog': RejectedRowDialogElement;
  }
}
