import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type DateRange, reportFields } from '../../shared/job.ts';
import { acousticMeasures } from '../../shared/quality.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { dateInZone } from '../words/time.ts';
import type { JobDraft } from './job-draft.ts';
import '../parts/problem.ts';

type NamedRange = Extract<DateRange, string>;

const ranges: Record<NamedRange, string> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last_7_days: 'Last 7 days',
  last_30_days: 'Last 30 days',
  this_month: 'This month',
  last_month: 'Last month',
};

/** Offered by name; any metadata key, `kpi.<name>.answer`, `.score` and `.justification` may be typed as well. */
const knownColumns = [...reportFields, 'agent_name', ...acousticMeasures.map((measure) => `metric.${measure}`)];

/**
 * What an export holds: profile, dates, and the columns in their order.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-job-report')
export class JobReportElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--space-4);
        margin-bottom: var(--space-4);
      }
      ol {
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        max-height: 270px;
        overflow-y: auto;
      }
      li {
        display: flex;
        align-items: center;
        gap: 2px;
        padding: 2px 4px 2px var(--space-3);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .add {
        display: flex;
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: JobDraft | undefined;
  @property({ attribute: false }) problems: Record<string, string> = {};
  @state() private added = '';
  private readonly profiles = new Resource(this, async (signal) =>
    this.app?.api.profiles.list.query(undefined, { signal }),
  );

  protected override firstUpdated(): void {
    void this.profiles.load();
  }

  private edit(detail: Partial<JobDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private renderProfile(draft: JobDraft): TemplateResult {
    const problem = this.problems['report.quality_profile'];
    return html`<div class="field">
      <label for="profile">Quality profile</label>
      <select
        id="profile"
        class="input"
        @change=${(event: Event) => this.edit({ profile: (event.target as HTMLSelectElement).value })}
      >
        <option value="" ?selected=${draft.profile === ''}>All profiles</option>
        ${(this.profiles.value ?? []).map(
          ({ name }) => html`<option value=${name} ?selected=${name === draft.profile}>${name}</option>`,
        )}
      </select>
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
      <cqa-problem .problem=${this.profiles.problem} .again=${this.profiles.load}></cqa-problem>
    </div>`;
  }

  private readonly chooseRange = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const today = dateInZone(Date.now(), this.app?.zone ?? 'UTC');
    this.edit({ range: value in ranges ? (value as NamedRange) : { from: today, to: today } });
  };

  private renderRange(draft: JobDraft): TemplateResult {
    const { range } = draft;
    const day = (part: 'from' | 'to', title: string) =>
      typeof range === 'string'
        ? nothing
        : html`<div class="field">
          <label for=${part}>${title}</label>
          <input
            id=${part}
            class="input"
            type="date"
            .value=${range[part]}
            @input=${(event: Event) => this.edit({ range: { ...range, [part]: (event.target as HTMLInputElement).value } })}
          />
        </div>`;
    return html`<div class="field">
        <label for="range">Dates</label>
        <select id="range" class="input" @change=${this.chooseRange}>
          ${(Object.keys(ranges) as NamedRange[]).map(
            (name) => html`<option value=${name} ?selected=${name === range}>${ranges[name]}</option>`,
          )}
          <option value="between" ?selected=${typeof range !== 'string'}>Between two days</option>
        </select>
      </div>
      ${day('from', 'From')}${day('to', 'To')}`;
  }

  private move(columns: string[], from: number, to: number): void {
    const moved = columns.filter((_, index) => index !== from);
    moved.splice(to, 0, columns[from] ?? '');
    this.edit({ columns: moved });
  }

  private renderColumn(columns: string[], name: string, index: number): TemplateResult {
    const button = (words: string, shape: 'up' | 'down' | 'close', isOff: boolean, act: () => void) =>
      html`<button
        class="button quiet icon small"
        type="button"
        aria-label="${words} ${name}"
        title=${words}
        ?disabled=${isOff}
        @click=${act}
      >
        ${icon(shape, 15)}
      </button>`;
    return html`<li>
      <code class="grow break">${name}</code>
      ${button('Move up', 'up', index === 0, () => this.move(columns, index, index - 1))}
      ${button('Move down', 'down', index === columns.length - 1, () => this.move(columns, index, index + 1))}
      ${button('Remove', 'close', false, () => this.edit({ columns: columns.filter((_, other) => other !== index) }))}
    </li>`;
  }

  private readonly add = (): void => {
    const name = this.added.trim();
    const columns = this.draft?.columns ?? [];
    if (name !== '' && !columns.includes(name)) this.edit({ columns: [...columns, name] });
    this.added = '';
  };

  private readonly addOnEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.add();
  };

  private renderColumns(draft: JobDraft): TemplateResult {
    const problem = this.problems['report.columns'];
    const offered = knownColumns.filter((name) => !draft.columns.includes(name));
    return html`<div class="field">
      <span class="label">Columns, in this order</span>
      <ol>
        ${draft.columns.map((name, index) => this.renderColumn(draft.columns, name, index))}
      </ol>
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
      <div class="add">
        <input
          class="input"
          list="columns"
          aria-label="Another column"
          placeholder="another column, metadata key, kpi.<name>.answer …"
          .value=${this.added}
          @input=${(event: Event) => {
            this.added = (event.target as HTMLInputElement).value;
          }}
          @keydown=${this.addOnEnter}
        />
        <button class="button" type="button" @click=${this.add}>Add</button>
      </div>
      <datalist id="columns">${offered.map((name) => html`<option value=${name}></option>`)}</datalist>
    </div>`;
  }

  override render() {
    const { draft } = this;
    if (!draft) return nothing;
    return html`<div class="grid">
        ${this.renderProfile(draft)}${this.renderRange(draft)}
        <div class="field">
          <label for="format">File format</label>
          <select id="format" class="input">
            <option>CSV</option>
          </select>
        </div>
      </div>
      ${this.renderColumns(draft)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-report': JobReportElement;
  }
}
