import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { type JobType, jobTypes } from '../../shared/job.ts';
import type { Connector, Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { jobTypeWords } from '../words/status.ts';
import { addressOf, type ExecutionFilter, isReversed, onDemand } from './execution-filter.ts';
import '../parts/problem.ts';
import './execution-status-filter.ts';

interface Option {
  value: string;
  title: string;
}

const withoutJob: Option = { value: onDemand, title: 'On demand, no job' };

const typeOf: Record<Connector['direction'], JobType> = { import: 'data_import', export: 'data_export' };

/** The filters of Execution History. They stand in the address, so that a link shows the same. */
@customElement('cqa-executions-filters')
export class ExecutionsFiltersElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-3);
        align-items: end;
      }
      .field {
        gap: 3px;
        flex: 1 1 118px;
        max-width: 160px;
        color: var(--text-soft);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      .field .input {
        width: 100%;
        min-width: 0;
      }
      .field:has([type='date']) {
        flex-basis: 126px;
      }
      .wrong {
        margin-top: var(--space-2);
        color: var(--bad);
        font-size: var(--size-s);
        font-weight: 550;
      }
      @media (max-width: 520px) {
        .filters {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        .field {
          max-width: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) filter: ExecutionFilter = { statuses: [] };
  private readonly connectors = new Resource(this, async (signal) =>
    this.app?.api.connectors.list.query({}, { signal }),
  );
  private readonly jobs = new Resource(this, async (signal) => this.app?.api.jobs.list.query(undefined, { signal }));

  protected override firstUpdated(): void {
    void this.connectors.load();
    void this.jobs.load();
  }

  private change(values: Partial<ExecutionFilter>): void {
    this.app?.go(addressOf({ ...this.filter, ...values }), 'replace');
  }

  /** The button goes with the filters; what has the focus must stay. */
  private clear(app: AppContext): void {
    this.renderRoot.querySelector('select')?.focus();
    app.go('/executions', 'replace');
  }

  private renderSelect(title: string, name: 'type' | 'connector' | 'job', options: readonly Option[]): TemplateResult {
    const chosen = this.filter[name] ?? '';
    return html`<label class="field"
      >${title}
      <select
        class="input compact"
        @change=${(event: Event) => this.change({ [name]: (event.target as HTMLSelectElement).value || undefined })}
      >
        <option value="" .selected=${chosen === ''}>All</option>
        ${options.map(({ value, title }) => html`<option value=${value} .selected=${value === chosen}>${title}</option>`)}
      </select>
    </label>`;
  }

  private renderDay(title: string, name: 'from' | 'to'): TemplateResult {
    return html`<label class="field" title="A day in ${this.app?.zone ?? 'UTC'}"
      >${title}
      <input
        class="input compact"
        type="date"
        aria-invalid=${isReversed(this.filter) ? 'true' : nothing}
        .value=${this.filter[name] ?? ''}
        @change=${(event: Event) => this.change({ [name]: (event.target as HTMLInputElement).value || undefined })}
      />
    </label>`;
  }

  private get isFiltered(): boolean {
    return addressOf(this.filter) !== addressOf({ statuses: [] });
  }

  override render() {
    const { app, filter } = this;
    if (!app) return nothing;
    const ofType = (type: JobType) => filter.type === undefined || filter.type === type;
    const connectors = this.connectors.value?.filter(({ direction }) => ofType(typeOf[direction]));
    const jobs = this.jobs.value?.filter(({ type }) => ofType(type));
    return html`<div class="filters" role="search" aria-label="Filters">
        ${this.renderSelect(
          'Type',
          'type',
          jobTypes.map((value) => ({ value, title: jobTypeWords[value] })),
        )}
        <div class="field">
          <span aria-hidden="true">Status</span>
          <cqa-execution-status-filter
            .chosen=${filter.statuses}
            @choose=${(event: CustomEvent<ExecutionStatus[]>) => this.change({ statuses: event.detail })}
          ></cqa-execution-status-filter>
        </div>
        ${this.renderSelect('Connector', 'connector', optionsOf(connectors, filter.connector, 'connector'))}
        ${this.renderSelect('Job', 'job', [
          ...(filter.type === 'data_import' && filter.job !== onDemand ? [] : [withoutJob]),
          ...optionsOf(jobs, filter.job === onDemand ? undefined : filter.job, 'job'),
        ])}
        ${this.renderDay('From', 'from')}${this.renderDay('To', 'to')}
        ${
          this.isFiltered
            ? html`<button class="button quiet small" type="button" @click=${() => this.clear(app)}>
              Clear filters
            </button>`
            : nothing
        }
      </div>
      ${isReversed(filter) ? html`<p class="wrong" role="alert">The last day is before the first.</p>` : nothing}
      <cqa-problem
        what="The connectors and jobs to choose from could not be loaded"
        .problem=${this.connectors.problem ?? this.jobs.problem}
      ></cqa-problem>`;
  }
}

/** What there is; and what is chosen although it is no more, or not known yet. */
function optionsOf(
  known: readonly (Connector | Job)[] | undefined,
  chosen: string | undefined,
  noun: string,
): readonly Option[] {
  const options = (known ?? []).map(({ uid, name }) => ({ value: uid, title: name }));
  if (chosen === undefined || options.some(({ value }) => value === chosen)) return options;
  return [...options, { value: chosen, title: known ? `another ${noun}, or one that was deleted` : 'loading …' }];
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-executions-filters': ExecutionsFiltersElement;
  }
}
