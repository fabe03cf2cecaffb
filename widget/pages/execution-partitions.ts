import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PartitionShown } from '../api/types.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { count, counted } from '../words/numbers.ts';
import { topicAndPartition } from '../words/stream.ts';

/** A day of a stream: what each partition brought. */
@customElement('cqa-execution-partitions')
export class ExecutionPartitionsElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      h3 {
        margin-bottom: var(--space-2);
      }
      .failed {
        color: var(--bad);
      }
      .state {
        width: max-content;
        max-width: 260px;
      }
      .some {
        color: var(--warn);
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) partitions: readonly PartitionShown[] = [];

  private renderPartition(shown: PartitionShown): TemplateResult {
    const { topic, partition } = topicAndPartition(shown.name);
    return html`<tr>
      <td class="break">${topic}</td>
      <td class="number strong">${partition}</td>
      <td class="number">${count(shown.imported)}</td>
      <td class="number">${count(shown.updated)}</td>
      <td class="number">${count(shown.duplicate)}</td>
      <td class="number ${shown.rejected > 0 ? 'some' : ''}">${count(shown.rejected)}</td>
      <td><div class="state break">${this.renderState(shown)}</div></td>
    </tr>`;
  }

  private renderState({ error, state, skipped, missed }: PartitionShown): TemplateResult {
    if (error) return html`<span class="failed">${error}</span>`;
    return html`${stateWords[state]}
    ${skipped > 0 ? html`<br /><span class="soft">${counted(skipped, 'event')} without content left out</span>` : nothing}
    ${
      missed > 0
        ? html`<br /><span class="failed">Up to ${counted(missed, 'event')} gone from the topic before ${missed === 1 ? 'it was' : 'they were'} read</span>`
        : nothing
    }`;
  }

  override render() {
    const { partitions } = this;
    if (partitions.length === 0) return nothing;
    return html`<section>
      <h3>${counted(partitions.length, 'partition')}</h3>
      <div class="table-box" role="region" aria-label="Partitions" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Topic</th>
              <th class="number">Partition</th>
              <th class="number">Imported</th>
              <th class="number">Updated</th>
              <th class="number">Duplicate</th>
              <th class="number">Rejected</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            ${partitions.map((shown) => this.renderPartition(shown))}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

/** Of a partition's part of a day. */
const stateWords: Record<string, string> = {
  reading: 'is being read',
  done: 'read to the end of the day',
};

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-partitions': ExecutionPartitionsElement;
  }
}
