import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Measures } from '../../shared/measures.ts';
import { acousticMeasures } from '../../shared/quality.ts';
import type { Interaction } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { measureInWords, measureWords } from '../words/measures.ts';
import { bytes } from '../words/numbers.ts';
import { recordingWords } from '../words/status.ts';
import { clock } from '../words/time.ts';
import '../parts/copy.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** What is known of an interaction beside its scores: measures, metadata, recordings, and where it came from. */
@customElement('cqa-interaction-facts')
export class InteractionFactsElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(290px, 100%), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      h2 {
        margin-bottom: var(--space-3);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(90px, auto) minmax(0, 1fr);
        gap: 5px var(--space-3);
        font-size: var(--size-s);
      }
      dt {
        color: var(--text-soft);
        overflow-wrap: anywhere;
      }
      dd {
        overflow-wrap: anywhere;
        font-variant-numeric: tabular-nums;
      }
      .recording + .recording {
        margin-top: var(--space-3);
        padding-top: var(--space-3);
        border-top: 1px solid var(--line);
      }
      .failed {
        color: var(--bad);
      }
      dl + p {
        margin-top: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) interaction: Interaction | undefined;

  private renderMeasures({ values, unmeasured, method }: Measures): TemplateResult {
    return html`<section class="card">
      <h2>Measured</h2>
      <dl>
        ${acousticMeasures.map(
          (measure) => html`<dt>${measureWords[measure].title}</dt>
            <dd>${measureInWords(measure, values[measure], unmeasured[measure])}</dd>`,
        )}
      </dl>
      <p class="soft small">
        By ${method.engine}, frames of ${method.frame_ms} ms; dead air is silence of ${method.dead_air_seconds} s or more.
      </p>
    </section>`;
  }

  private renderMetadata({ metadata, source, language }: Interaction): TemplateResult | typeof nothing {
    const facts = Object.entries({ source, language, ...metadata }).filter(([, value]) => value !== null);
    if (facts.length === 0) return nothing;
    return html`<section class="card">
      <h2>Metadata</h2>
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>
    </section>`;
  }

  private renderRecording(app: AppContext, recording: Interaction['recordings'][number]): TemplateResult {
    const { facts, sha256, failure } = recording;
    return html`<div class="recording">
      <dl>
        <dt>Recording</dt>
        <dd><cqa-status .words=${recordingWords[recording.state]}></cqa-status></dd>
        <dt>Named as</dt>
        <dd><code>${recording.reference}</code></dd>
        ${failure ? html`<dt>Why</dt><dd class="failed">${failure.message}</dd>` : nothing}
        ${
          facts
            ? html`<dt>Format</dt>
              <dd>
                ${facts.container} ${facts.codec}, ${facts.channels} ${facts.channels === 1 ? 'channel' : 'channels'},
                ${facts.sample_rate} Hz, ${clock(facts.duration_seconds)}
              </dd>`
            : nothing
        }
        ${recording.byte_size === null ? nothing : html`<dt>Size</dt><dd>${bytes(recording.byte_size)}</dd>`}
        ${sha256 ? html`<dt>SHA-256</dt><dd><code>${sha256}</code> <cqa-copy .text=${sha256}></cqa-copy></dd>` : nothing}
        ${
          recording.fetched_at
            ? html`<dt>Fetched</dt><dd><cqa-time .at=${recording.fetched_at} .zone=${app.zone}></cqa-time></dd>`
            : nothing
        }
      </dl>
    </div>`;
  }

  private renderOrigin(app: AppContext, { origin, created_at: createdAt }: Interaction): TemplateResult {
    return html`<section class="card">
      <h2>Where it came from</h2>
      <dl>
        ${origin.api ? this.renderApiOrigin(origin.api, origin.line) : this.renderImportOrigin(app, origin)}
        <dt>${origin.api ? 'Received' : 'Imported'}</dt>
        <dd><cqa-time .at=${createdAt} .zone=${app.zone}></cqa-time></dd>
      </dl>
    </section>`;
  }

  private renderApiOrigin({ job }: NonNullable<Interaction['origin']['api']>, line: number): TemplateResult {
    return html`<dt>Source</dt>
      <dd>Standard API</dd>
      ${
        job
          ? html`<dt>${job.type === 'batch' ? 'Batch' : 'File job'}</dt>
            <dd><code>${job.id}</code> <cqa-copy .text=${job.id}></cqa-copy>, ${job.type === 'batch' ? 'place' : 'line'} ${line}</dd>`
          : nothing
      }`;
  }

  private renderImportOrigin(app: AppContext, origin: Interaction['origin']): TemplateResult {
    const canOpen = app.me.console === 'open' && origin.execution_id !== '';
    return html`<dt>Connector</dt>
      <dd>${origin.connector || '–'}</dd>
      <dt>Job</dt>
      <dd>
        ${
          canOpen
            ? html`<a data-page href=${app.href(`/executions/${origin.execution_id}`)}>${origin.job || 'execution'}</a>`
            : origin.job || '–'
        }
      </dd>
      <dt>File</dt>
      <dd>${origin.file ? html`<code>${origin.file}</code>, line ${origin.line}` : '–'}</dd>`;
  }

  override render() {
    const { app, interaction } = this;
    if (!app || !interaction) return nothing;
    return html`${interaction.measures ? this.renderMeasures(interaction.measures) : nothing}
      ${
        interaction.recordings.length > 0
          ? html`<section class="card">
            <h2>Recording</h2>
            ${interaction.recordings.map((recording) => this.renderRecording(app, recording))}
          </section>`
          : nothing
      }
      ${this.renderMetadata(interaction)} ${this.renderOrigin(app, interaction)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-interaction-facts': InteractionFactsElement;
  }
}
