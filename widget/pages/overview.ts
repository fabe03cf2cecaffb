import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AlertKind } from '../../shared/alert.ts';
import type { Change } from '../api/changes.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { overviewStyles } from './overview.styles.ts';
import { failuresCard } from './overview-failures.ts';
import { freshnessCard } from './overview-freshness.ts';
import { runsCard, sumOf } from './overview-runs.ts';
import { waitingCard } from './overview-waiting.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './alerts.ts';
import './overview-chart.ts';

/** While much goes on there are changes all the time; a person reads figures every few seconds at most. */
const restMs = 2000;
/** Work comes and goes without being announced, what is due becomes late, and at midnight another day begins. */
const lookMs = 10_000;
/** Days that are being counted are there soon. */
const countingMs = 500;

/** Runs that failed stand among the failures. */
const alertsShown: readonly AlertKind[] = ['expected_file', 'expected_data', 'stream_failed'];

const topics = {
  runs: ['executions'],
  failures: ['executions', 'jobs'],
  waiting: ['executions', 'alerts'],
  volumes: ['executions', 'analyses', 'campaigns'],
  freshness: ['connectors', 'jobs', 'executions', 'streams', 'alerts'],
} as const satisfies Record<string, readonly Change['topic'][]>;

/** Overview: what ran, what failed, what waits, how much came, and how fresh each connector is. */
@customElement('cqa-overview')
export class OverviewElement extends LitElement {
  static override styles = [base, controls, tables, overviewStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  private readonly parts = {
    runs: new Resource(this, async (signal) => this.app?.api.overview.runs.query(undefined, { signal })),
    failures: new Resource(this, async (signal) => this.app?.api.overview.failures.query(undefined, { signal })),
    waiting: new Resource(this, async (signal) => this.app?.api.overview.waiting.query(undefined, { signal })),
    volumes: new Resource(this, async (signal) => this.app?.api.overview.volumes.query(undefined, { signal })),
    freshness: new Resource(this, async (signal) => this.app?.api.overview.freshness.query(undefined, { signal })),
  };
  private looking: ReturnType<typeof setInterval> | undefined;
  private counting: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => {
      if (document.hidden) return;
      for (const part of Object.values(this.parts)) if (!part.isLoading) void part.load();
    }, lookMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
    clearTimeout(this.counting);
    this.counting = undefined;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const { app } = this;
    if (!app || !changed.has('app')) return;
    for (const [name, part] of Object.entries(this.parts))
      part.follow(app.changes, topics[name as keyof typeof topics], restMs);
  }

  protected override updated(): void {
    const { runs, volumes } = this.parts;
    if (this.counting || !(runs.value?.is_counting || volumes.value?.is_counting)) return;
    this.counting = setTimeout(() => {
      this.counting = undefined;
      for (const part of [runs, volumes]) if (!part.isLoading) void part.load();
    }, countingMs);
  }

  private readonly newConnector = (): void => {
    this.dispatchEvent(
      new CustomEvent('new-connector', { bubbles: true, composed: true, detail: { direction: 'import' } }),
    );
  };

  private readonly newJob = (): void => {
    this.dispatchEvent(new CustomEvent('new-job', { bubbles: true, composed: true, detail: {} }));
  };

  /** What there is of a part: itself, why it is not there, or that it is on its way. */
  private show<T>(part: Resource<T | undefined>, what: string, draw: (value: T) => TemplateResult): TemplateResult {
    const { value, problem, load } = part;
    if (value !== undefined)
      return html`<cqa-problem what="${what} could not be brought up to date" .problem=${problem} .again=${load}></cqa-problem>
        ${draw(value)}`;
    if (problem)
      return html`<cqa-problem what="${what} could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    return html`<cqa-loading lines="3" label="Loading: ${what}"></cqa-loading>`;
  }

  /** The first step of an account that has nothing yet; undefined once something has run. */
  private renderFirstStep(app: AppContext): TemplateResult | undefined {
    const { freshness, runs } = this.parts;
    if (!freshness.value || !runs.value) return undefined;
    if (freshness.value.length === 0)
      return html`<cqa-empty icon="plug" heading="Begin with a connector">
        A connector says where conversations come from, or where results go. Create one, test it, and give it a job:
        what ran, what failed and how much came will stand on this page.
        <button slot="action" class="button primary" type="button" @click=${this.newConnector}>
          ${icon('plus', 16)} Create a connector
        </button>
      </cqa-empty>`;
    const { week, open, is_counting: isCounting } = runs.value;
    if (isCounting || sumOf(week.runs) + sumOf(open) > 0 || freshness.value.some(({ last_run: run }) => run))
      return undefined;
    if (freshness.value.every(({ state }) => state === 'no_job' || state === 'paused'))
      return html`<cqa-empty icon="jobs" heading="Now give it a job">
        There ${freshness.value.length === 1 ? 'is a connector' : 'are connectors'}, but no enabled job uses
        ${freshness.value.length === 1 ? 'it' : 'them'}. A job says what is moved and when.
        <button slot="action" class="button primary" type="button" @click=${this.newJob}>
          ${icon('plus', 16)} Create a job
        </button>
      </cqa-empty>`;
    return html`<cqa-empty icon="history" heading="Nothing has run yet">
      The first run begins when its job is due, as told below. Start it by hand on Jobs &amp; Pipelines if it cannot wait.
      <a slot="action" class="button primary" data-page href=${app.href('/jobs')}>Go to Jobs &amp; Pipelines</a>
    </cqa-empty>`;
  }

  private renderFigures(app: AppContext): TemplateResult {
    const { runs, failures, waiting } = this.parts;
    return html`<div class="pair">
        ${this.show(runs, 'The runs', (value) => runsCard(app, value))}
        ${this.show(waiting, 'What waits', (value) => waitingCard(app, value))}
      </div>
      ${this.show(failures, 'The failures', (value) => failuresCard(app, value))}`;
  }

  private renderVolumes(): TemplateResult {
    return this.show(
      this.parts.volumes,
      'The volumes',
      ({ days }) => html`<section class="card" aria-labelledby="volumes">
        <div class="head">
          <h2 id="volumes">Volumes</h2>
          <span class="soft small">last ${days.length} days, in the account's zone</span>
        </div>
        <cqa-overview-chart .days=${days}></cqa-overview-chart>
      </section>`,
    );
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { freshness } = this.parts;
    const firstStep = this.renderFirstStep(app);
    const hasConnectors = freshness.value === undefined || freshness.value.length > 0;
    // What comes over the API or by hand needs no connector.
    const hasVolumes = this.parts.volumes.value?.days.some(
      ({ volumes }) => volumes && volumes.imported + volumes.analysed > 0,
    );
    return html`<div class="page">
      <cqa-alerts .app=${app} .kinds=${alertsShown}></cqa-alerts>
      ${firstStep ?? this.renderFigures(app)} ${firstStep && !hasVolumes ? nothing : this.renderVolumes()}
      ${hasConnectors ? this.show(freshness, 'The freshness', (value) => freshnessCard(app, value)) : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-overview': OverviewElement;
  }
}
