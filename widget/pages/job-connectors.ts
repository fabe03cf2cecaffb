import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { JobType } from '../../shared/job.ts';
import type { Connector } from '../api/types.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { JobDraft } from './job-draft.ts';

/**
 * The connectors that a job may use: one to import from, or any number of destinations.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-job-connectors')
export class JobConnectorsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .connectors {
        display: grid;
        gap: 2px;
      }
    `,
  ];

  @property({ attribute: false }) draft: JobDraft | undefined;
  /** All of the account; undefined while they are being loaded. */
  @property({ attribute: false }) connectors: readonly Connector[] | undefined;
  @property() problem: string | undefined;

  private choose(draft: JobDraft, name: string, isChosen: boolean): void {
    const others = draft.type === 'data_import' ? [] : draft.connectors.filter((candidate) => candidate !== name);
    const connectors = isChosen ? [...others, name] : others;
    this.dispatchEvent(new CustomEvent('edit', { detail: { connectors } }));
  }

  private renderConnector(draft: JobDraft, { name, is_enabled: isEnabled }: Connector): TemplateResult {
    return html`<label class="check">
      <input
        type=${draft.type === 'data_import' ? 'radio' : 'checkbox'}
        name="connector"
        .checked=${draft.connectors.includes(name)}
        @change=${(event: Event) => this.choose(draft, name, (event.target as HTMLInputElement).checked)}
      />
      <span class="break">${name}</span>
      ${isEnabled ? nothing : html`<span class="soft small">disabled</span>`}
    </label>`;
  }

  private renderNone(draft: JobDraft, connectors: readonly Connector[]): TemplateResult {
    const kind = draft.type === 'data_import' ? 'import' : 'export';
    const hasStreams = kind === 'import' && connectors.some((connector) => connector.has_stream);
    return html`<span class="hint">
      There is no ${kind} connector ${hasStreams ? 'that a job could read' : 'yet'}. Close this and create one with
      <strong>New Connector</strong> first.
      ${hasStreams ? 'Streams are read all the time by the jobs that were made for them.' : nothing}
    </span>`;
  }

  override render() {
    const { draft, connectors, problem } = this;
    if (!draft) return nothing;
    const matching = (connectors ?? []).filter((connector) => isFor(connector, draft.type));
    return html`<fieldset class="field ${problem ? 'wrong' : ''}">
      <legend>${draft.type === 'data_import' ? 'Connector' : 'Destinations'}</legend>
      <div class="connectors">${matching.map((connector) => this.renderConnector(draft, connector))}</div>
      ${connectors && matching.length === 0 ? this.renderNone(draft, connectors) : nothing}
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </fieldset>`;
  }
}

/** The kind of job that a connector is for. */
export function jobTypeOf({ direction }: Connector): JobType {
  return direction === 'import' ? 'data_import' : 'data_export';
}

/** What is read all the time has its own job, and no other can read it. */
function isFor(connector: Connector, type: JobType): boolean {
  return jobTypeOf(connector) === type && !(type === 'data_import' && connector.has_stream);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-connectors': JobConnectorsElement;
  }
}
