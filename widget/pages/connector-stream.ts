import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConnectorStream } from '../api/types.ts';
import { base } from '../style/base.ts';
import { counted } from '../words/numbers.ts';
import { lagInWords, rateInWords, resultsInWords, streamWords, unreadReasons } from '../words/stream.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** How the stream of a connector stands now, on its card. */
@customElement('cqa-connector-stream')
export class ConnectorStreamElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-sunken);
        font-size: var(--size-s);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-2);
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 4px var(--space-3);
      }
      dt {
        color: var(--text-soft);
      }
      dd {
        font-variant-numeric: tabular-nums;
      }
      .reason {
        /* A command to copy may be the end of it. */
        max-height: 18em;
        overflow: auto;
      }
      .bad {
        color: var(--bad);
        font-weight: 550;
      }
      .warn {
        color: var(--warn);
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) stream: ConnectorStream | undefined;
  @property() zone = 'UTC';
  /** Once results have been on their way their line stays, so that the cards do not jump as they come and go. */
  @state() private hasResults = false;

  protected override willUpdate(): void {
    if ((this.stream?.results.waiting ?? 0) > 0) this.hasResults = true;
  }

  /** What somebody should know: why it is not read or fails; while it is followed, what was missed. */
  private renderReason({ state, error }: ConnectorStream): TemplateResult | typeof nothing {
    const reason = unreadReasons[state] ?? error;
    if (!reason) return nothing;
    const tone = { bad: 'bad', good: 'warn', warn: 'warn', busy: 'soft', idle: 'soft' }[streamWords[state].tone];
    return html`<p class="reason break ${tone}" tabindex="0">${reason}</p>`;
  }

  private renderReaders({ readers, partitions }: ConnectorStream): TemplateResult | typeof nothing {
    if (partitions === 0) return nothing;
    const by = readers === 1 ? '' : ` by ${counted(readers, 'reader')}`;
    return html`<span class="soft">${counted(partitions, 'partition')}${by}</span>`;
  }

  private renderFigures(stream: ConnectorStream): TemplateResult {
    const { lag, restarts, results } = stream;
    return html`<dl>
      ${
        stream.partitions > 0
          ? html`<dt>Lag</dt>
            <dd>${lagInWords(lag)}</dd>
            <dt>Events</dt>
            <dd>${rateInWords(stream.events_per_second)}</dd>`
          : nothing
      }
      <dt>Last event</dt>
      <dd>
        ${
          stream.last_event_at
            ? html`<cqa-time relative .at=${stream.last_event_at} .zone=${this.zone}></cqa-time>`
            : html`<span class="soft">none yet</span>`
        }
      </dd>
      ${
        restarts > 0
          ? html`<dt>Restarts</dt>
            <dd title="Reading had stopped without a word, and was begun anew.">${counted(restarts, 'time')}</dd>`
          : nothing
      }
      ${
        this.hasResults
          ? html`<dt>Results</dt>
            <dd class="break">
              ${resultsInWords(results.waiting)}${
                results.error ? html`: <span class="bad">${results.error}</span>` : nothing
              }
            </dd>`
          : nothing
      }
    </dl>`;
  }

  override render() {
    const { stream } = this;
    if (!stream) return nothing;
    return html`<div class="head">
        <strong>Live</strong>
        <cqa-status .words=${streamWords[stream.state]}></cqa-status>
        ${this.renderReaders(stream)}
      </div>
      ${this.renderReason(stream)}${this.renderFigures(stream)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-stream': ConnectorStreamElement;
  }
}
