import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { hasEnded } from '../../shared/execution.ts';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { typeIcon } from '../parts/type-icon.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import { counted } from '../words/numbers.ts';
import { formatWords } from '../words/report.ts';
import { destinationWords, linkMailWords, type StatusWords } from '../words/status.ts';
import { isPast } from '../words/time.ts';
import '../parts/status.ts';
import '../parts/time.ts';

type Destination = Execution['destinations'][number];

/** Where an export's report goes: whether it has arrived, where it is, or why it could not be delivered. */
@customElement('cqa-execution-destinations')
export class ExecutionDestinationsElement extends LitElement {
  static override styles = [
    base,
    tables,
    rowBlocks,
    css`
      h3 {
        margin-bottom: var(--space-2);
      }
      .name {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--space-2);
        min-width: 150px;
      }
      .name > svg {
        margin-top: 2px;
        color: var(--text-soft);
      }
      .name > .soft {
        grid-column: 2;
      }
      .failed {
        color: var(--bad);
      }
      .place {
        min-width: 220px;
      }
      @container (max-width: 560px) {
        tbody tr {
          grid-template-columns: minmax(0, 1fr) auto;
          gap: var(--space-2) var(--space-3);
        }
        tbody tr td {
          min-width: 0;
        }
        td.place,
        td.time {
          grid-column: 1 / -1;
        }
        td.time:empty {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;

  private renderName(destination: Destination): TemplateResult {
    const { name, type } = destination;
    return html`<div class="name">
      ${typeIcon(type, 17)}<strong class="break">${name}</strong>
      <span class="soft small">${filesInWords(destination)}</span>
    </div>`;
  }

  private renderLinks(app: AppContext, until: string): TemplateResult {
    const at = html`<cqa-time .at=${until} .zone=${app.zone}></cqa-time>`;
    return html`<div class="soft small">
      ${isPast(until, Date.now()) ? html`The links ended on ${at}` : html`Links good until ${at}`}
    </div>`;
  }

  private renderPlace(app: AppContext, { set, location, links_until: until, error }: Destination): TemplateResult {
    return html`${
      error
        ? html`<div class="failed break">${error.message}</div>
          ${error.attempts > 1 ? html`<div class="soft small">Tried ${counted(error.attempts, 'time')}</div>` : nothing}`
        : nothing
    }
    ${location ? html`<div class="break">${set === 'mail' ? `mailed to ${location}` : renderLocation(location)}</div>` : nothing}
    ${until ? this.renderLinks(app, until) : nothing}`;
  }

  private renderRow(app: AppContext, run: Execution, destination: Destination): TemplateResult {
    const { delivered_at: at } = destination;
    return html`<tr role="row">
      <td role="cell">${this.renderName(destination)}</td>
      <td role="cell"><cqa-status .words=${statusOf(run, destination)}></cqa-status></td>
      <td role="cell" class="place">${this.renderPlace(app, destination)}</td>
      <td role="cell" class="time">${at ? html`<cqa-time .at=${at} .zone=${app.zone}></cqa-time>` : nothing}</td>
    </tr>`;
  }

  override render() {
    const { app, run } = this;
    if (!app || !run || run.destinations.length === 0) return nothing;
    return html`<section>
      <h3>Destinations</h3>
      <div class="table-box" role="region" aria-label="Destinations" tabindex="0">
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader">Destination</th>
              <th role="columnheader">Status</th>
              <th role="columnheader">Where it is, or why not</th>
              <th role="columnheader">Delivered</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${run.destinations.map((destination) => this.renderRow(app, run, destination))}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

/** What it gets: `1 file, Excel (XLSX)`, `by mail, links to 3 files`, or how many of them have arrived. */
function filesInWords({ set, format, files: { all, delivered } }: Destination): string {
  if (all === 0) return set === 'mail' ? 'by mail, with links' : '';
  const some = delivered > 0 && delivered < all ? `${delivered} of ` : '';
  if (set === 'mail') return `by mail, ${some || 'links to '}${counted(all, 'file')}`;
  return [`${some}${counted(all, 'file')}`, ...(format ? [formatWords[format].name] : [])].join(', ');
}

function statusOf(run: Execution, { set, status }: Destination): StatusWords {
  const words = set === 'mail' ? linkMailWords : destinationWords;
  return words[status === 'open' && hasEnded(run.status) ? 'left' : status];
}

/** A link where a browser can open it. */
function renderLocation(location: string): TemplateResult | string {
  if (!/^https?:\/\//.test(location)) return location;
  return html`<a href=${location} target="_blank" rel="noopener noreferrer">${location}</a>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-destinations': ExecutionDestinationsElement;
  }
}
