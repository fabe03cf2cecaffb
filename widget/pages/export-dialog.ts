import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { RowFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { type ReportDraft, reportOf } from '../report/draft.ts';
import { problemsOf } from '../report/problem-at.ts';
import { rememberReport } from '../report/remember.ts';
import '../report/report.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { dateInZone } from '../words/time.ts';
import { type FilterNames, partsOf } from './analyses-filter-parts.ts';
import type { ExportTargets } from './export-destinations.ts';
import { type ExportDraft, exportOf, missingInExport, pathInExport } from './export-draft.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import '../parts/dialog.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './export-destinations.ts';
import './export-started.ts';

/**
 * Export report: what the Analysis List shows, as a file, to where its user may have it sent.
 * @fires close
 */
@customElement('cqa-export-dialog')
export class ExportDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 760px;
      }
      .goes {
        padding-left: var(--space-4);
        list-style: disc;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** The list's. */
  @property({ attribute: false }) filter: RowFilter = {};
  @property({ attribute: false }) names: FilterNames = { profiles: undefined, fields: undefined };
  @state() private draft: ExportDraft | undefined;
  @state() private missing: Record<string, string> = {};
  /** The execution's id. */
  @state() private startedId = '';
  /** What of the list's filter goes along beside the report. */
  private rest: RowFilter = {};
  private atFirst: ExportDraft | undefined;
  private isTried = false;
  private readonly preferences = new Resource(this, async (signal) =>
    this.app?.api.preferences.get.query(undefined, { signal }),
  );
  private readonly destinations = new Resource(this, async (signal) =>
    this.app?.api.reports.destinations.query(undefined, { signal }),
  );
  private readonly starting = new Action(this);

  protected override async firstUpdated(): Promise<void> {
    await Promise.all([this.preferences.load(), this.destinations.load()]);
    this.begin();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('#name')?.select();
  }

  /** Without what was chosen last there is a report all the same. */
  private begin(): void {
    const { app, names } = this;
    if (!app) return;
    const today = dateInZone(Date.now(), app.zone);
    const { draft: report, rest } = exportOf(this.filter, names.profiles ?? [], this.preferences.value ?? {}, today);
    this.rest = rest;
    this.draft = {
      ...{ name: 'Analysis export', report, connectors: [] },
      emailMe: this.destinations.value?.email_me.state === 'ready',
    };
    this.atFirst = this.draft;
  }

  /** Whoever has verified the address meanwhile wants the mail. */
  private readonly look = async (): Promise<void> => {
    await this.destinations.load();
    if (this.destinations.value?.email_me.state === 'ready') this.edit({ emailMe: true });
  };

  private edit(change: Partial<ExportDraft>): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    this.missing = this.isTried ? missingInExport(this.draft, this.nowhere) : {};
    this.starting.problem = undefined;
  }

  private get nowhere(): string {
    const { email_me: mail, connectors = [] } = this.destinations.value ?? {};
    const hasChoice = mail?.state === 'ready' || connectors.length > 0;
    return hasChoice ? 'Choose where the report goes.' : 'Nothing can be sent to you yet. What to do is said above.';
  }

  private readonly start = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, draft } = this;
    if (!app || !draft) return;
    this.isTried = true;
    this.missing = missingInExport(draft, this.nowhere);
    if (Object.keys(this.missing).length > 0) return showFirstWrong(this);
    const isDone = await this.starting.run(async () => {
      const { name, report, connectors, emailMe } = draft;
      const request = { name, report: reportOf(report), filter: this.rest, connectors, email_me: emailMe };
      this.startedId = (await app.api.analyses.export.mutate(request)).execution_id;
    });
    if (!isDone) return showFirstWrong(this);
    app.changes.announce('executions', this.startedId);
    await rememberReport(app, draft.report);
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  /** By path; those of the report begin with `report.`. */
  private get problems(): Record<string, string> {
    const { problem } = this.starting;
    return problem?.field ? { [pathInExport(problem.field)]: messageAtField(problem), ...this.missing } : this.missing;
  }

  private renderName({ name }: ExportDraft): TemplateResult {
    const { name: problem } = this.problems;
    return html`<div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        class="input"
        maxlength="120"
        autocomplete="off"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="name.hint name.problem"
        .value=${name}
        @input=${(event: Event) => this.edit({ name: (event.target as HTMLInputElement).value })}
      />
      <span id="name.hint" class="hint">The file and the mail are called so.</span>
      ${problem ? html`<span id="name.problem" class="problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  private renderFilter(): TemplateResult {
    const parts = partsOf(this.rest, this.names);
    const hasDays = this.filter.from !== undefined || this.filter.to !== undefined;
    return html`<div class="field">
      <span class="label">From the list</span>
      <span class="small">
        ${hasDays ? 'The days of the list are the dates below.' : 'The list shows all days, and so do the dates below.'}
        Conversations that are not analysed have no row.
        ${parts.length > 0 ? 'These filters of the list hold as well:' : nothing}
      </span>
      ${
        parts.length > 0
          ? html`<ul class="goes small" aria-label="Filters of the list">
            ${parts.map(({ words }) => html`<li class="break">${words}</li>`)}
          </ul>`
          : nothing
      }
    </div>`;
  }

  private renderForm(app: AppContext, draft: ExportDraft): TemplateResult {
    return html`<form id="export" class="stack" novalidate @submit=${this.start}>
      ${this.renderName(draft)}${this.renderFilter()}
      <cqa-export-destinations
        .app=${app}
        .destinations=${this.destinations.value}
        .targets=${draft}
        .problem=${this.problems.connectors ?? this.problems.email_me ?? ''}
        @edit=${({ detail }: CustomEvent<Partial<ExportTargets>>) => this.edit(detail)}
        @look=${this.look}
      ></cqa-export-destinations>
      <cqa-report
        .app=${app}
        .draft=${draft.report}
        .filter=${this.rest}
        .problems=${problemsOf(this.problems, 'report')}
        @edit=${({ detail }: CustomEvent<Partial<ReportDraft>>) => this.edit({ report: { ...draft.report, ...detail } })}
      ></cqa-report>
      <cqa-problem .problem=${this.starting.problem}></cqa-problem>
    </form>`;
  }

  private renderBody(app: AppContext): TemplateResult {
    const { problem, load } = this.destinations;
    if (this.startedId)
      return html`<cqa-export-started .app=${app} .executionId=${this.startedId}></cqa-export-started>`;
    if (!this.draft) return html`<cqa-loading lines="4" label="Loading the report"></cqa-loading>`;
    return html`<cqa-problem what="Where it may go could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
      ${this.renderForm(app, this.draft)}`;
  }

  private renderActions(): TemplateResult {
    if (this.startedId)
      return html`<button slot="actions" class="button primary" type="button" @click=${this.close}>Done</button>`;
    return html`<button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button
        slot="actions"
        class="button primary"
        type="submit"
        form="export"
        ?disabled=${this.starting.isBusy || !this.draft}
      >
        ${this.starting.isBusy ? 'Starting …' : 'Export'}
      </button>`;
  }

  override render() {
    const { app, draft } = this;
    if (!app) return nothing;
    return html`<cqa-dialog
      heading="Export report"
      .isChanged=${!this.startedId && !isSame(draft, this.atFirst)}
      @close=${this.close}
    >
      ${this.renderBody(app)}${this.renderActions()}
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-export-dialog': ExportDialogElement;
  }
}
