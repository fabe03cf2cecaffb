import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { namedRanges } from '../../shared/report.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type NamedRange, rangeInWords, rangeWords } from '../words/report.ts';
import { dateInZone } from '../words/time.ts';
import type { ReportDraft } from './draft.ts';
import { problemAt } from './problem-at.ts';
import './filter-choice.ts';
import '../parts/problem.ts';

/**
 * Which rows a report holds: quality profile, dates and a saved filter.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-report-rows')
export class ReportRowsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr));
        gap: var(--space-4);
      }
      .days {
        grid-column: 1 / -1;
        margin-top: calc(-1 * var(--space-2));
      }
      cqa-filter-choice {
        grid-column: 1 / -1;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: ReportDraft | undefined;
  @property({ attribute: false }) problems: Record<string, string> = {};
  private readonly profiles = new Resource(this, async (signal) =>
    this.app?.api.profiles.list.query(undefined, { signal }),
  );

  protected override firstUpdated(): void {
    void this.profiles.load();
  }

  private edit(detail: Partial<ReportDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private renderProfile({ profile }: ReportDraft): TemplateResult {
    const problem = this.problems.quality_profile;
    const names = (this.profiles.value ?? []).map(({ name }) => name);
    // One that is gone stays to be seen, until another one is chosen.
    const known = profile === '' || names.includes(profile) ? names : [profile, ...names];
    return html`<div class="field">
      <label for="profile">Quality profile</label>
      <select
        id="profile"
        class="input"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="quality_profile.problem"
        @change=${(event: Event) => this.edit({ profile: (event.target as HTMLSelectElement).value })}
      >
        <option value="" .selected=${profile === ''}>All profiles</option>
        ${known.map((name) => html`<option value=${name} .selected=${name === profile}>${name}</option>`)}
      </select>
      ${problemAt(this.problems, 'quality_profile')}
      <cqa-problem .problem=${this.profiles.problem} .again=${this.profiles.load}></cqa-problem>
    </div>`;
  }

  private get today(): string {
    return dateInZone(Date.now(), this.app?.zone ?? 'UTC');
  }

  private readonly chooseRange = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const { today } = this;
    this.edit({ range: value in rangeWords ? (value as NamedRange) : { from: today, to: today } });
  };

  private renderRange({ range }: ReportDraft): TemplateResult {
    const words = rangeInWords(range, this.today, this.app?.zone ?? 'UTC');
    return html`<div class="field">
        <label for="range">Dates</label>
        <select id="range" class="input" aria-describedby="range.hint" @change=${this.chooseRange}>
          ${namedRanges.map(
            (name) => html`<option value=${name} .selected=${name === range}>${rangeWords[name]}</option>`,
          )}
          <option value="between" .selected=${typeof range !== 'string'}>Between two days</option>
        </select>
        ${problemAt(this.problems, 'date_range')}
      </div>
      ${this.renderDay('from', 'From', range)}${this.renderDay('to', 'To', range)}
      <p id="range.hint" class="days soft small" ?hidden=${words === ''}>${words}</p>`;
  }

  private renderDay(part: 'from' | 'to', title: string, range: ReportDraft['range']): TemplateResult | typeof nothing {
    if (typeof range === 'string') return nothing;
    const path = `date_range.${part}`;
    const set = (event: Event) => this.edit({ range: { ...range, [part]: (event.target as HTMLInputElement).value } });
    return html`<div class="field">
      <label for=${part}>${title}</label>
      <input
        id=${part}
        class="input"
        type="date"
        aria-invalid=${this.problems[path] ? 'true' : 'false'}
        aria-describedby="${path}.problem"
        .value=${range[part]}
        @input=${set}
      />
      ${problemAt(this.problems, path)}
    </div>`;
  }

  override render() {
    const { app, draft, problems } = this;
    if (!app || !draft) return nothing;
    return html`<div class="grid">
      ${this.renderProfile(draft)}${this.renderRange(draft)}
      <cqa-filter-choice
        .app=${app}
        .chosen=${draft.savedFilter}
        .profiles=${this.profiles.value}
        .problem=${problems.saved_filter}
        @choose=${({ detail }: CustomEvent<string>) => this.edit({ savedFilter: detail })}
      ></cqa-filter-choice>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-report-rows': ReportRowsElement;
  }
}
