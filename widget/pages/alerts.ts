import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AlertKind } from '../../shared/alert.ts';
import type { Alert } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { alertWords } from '../words/alert.ts';
import { count } from '../words/numbers.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/**
 * What somebody should look at: what happened, how often, since when, and the page where it is looked into. Nothing is
 * drawn where there is nothing, unless it is the page of its own.
 */
@customElement('cqa-alerts')
export class AlertsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      ul {
        display: grid;
        gap: var(--space-2);
        margin: 0 0 var(--space-4);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--space-2) var(--space-4);
        align-items: start;
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-left: 4px solid var(--warn);
        border-radius: var(--radius-m);
        background: var(--surface);
        box-shadow: var(--shadow-card);
      }
      li.bad {
        border-left-color: var(--bad);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        align-items: center;
        margin-bottom: var(--space-1);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        margin-top: var(--space-2);
        font-size: var(--size-s);
        color: var(--text-soft);
      }
      @media (max-width: 560px) {
        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** Only these; undefined: all. */
  @property({ attribute: false }) kinds: readonly AlertKind[] | undefined;
  /** On a page of its own: says that it loads, and that there is nothing. */
  @property({ type: Boolean }) whole = false;
  private readonly alerts = new Resource(this, async (signal) =>
    this.app?.api.alerts.list.query(undefined, { signal }),
  );
  private readonly dismissing = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('app') && this.app) this.alerts.follow(this.app.changes, ['alerts']);
  }

  private async dismiss(app: AppContext, { id }: Alert): Promise<void> {
    await this.dismissing.run(async () => {
      await app.api.alerts.dismiss.mutate({ id });
    });
    await this.alerts.load();
  }

  private renderFacts(app: AppContext, alert: Alert): TemplateResult {
    const time = (at: string) => html`<cqa-time relative .at=${at} .zone=${app.zone}></cqa-time>`;
    return html`<div class="facts">
      ${
        alert.count > 1
          ? html`<span class="strong">${count(alert.count)} times</span><span>first ${time(alert.raised_at)}</span
            ><span>last ${time(alert.last_at)}</span>`
          : html`<span>${time(alert.raised_at)}</span>`
      }
      ${alert.is_unsteady ? html`<span>comes and goes: told once a day at most</span>` : nothing}
      <span
        >${
          alert.refusal
            ? `the mail was refused: ${alert.refusal}`
            : alert.told_at
              ? html`told ${time(alert.told_at)}`
              : 'nobody was told'
        }</span
      >
      ${
        alert.execution_id
          ? html`<a data-page href=${app.href(`/executions/${alert.execution_id}`)}>Open the execution</a>`
          : nothing
      }
    </div>`;
  }

  private renderAlert(app: AppContext, alert: Alert): TemplateResult {
    const words = alertWords[alert.kind];
    return html`<li class=${words.tone}>
      <div class="break">
        <div class="head">
          <cqa-status .words=${words}></cqa-status>
          <strong>${alert.job?.name ?? alert.connector?.name ?? ''}</strong>
        </div>
        <p>${alert.message}</p>
        ${this.renderFacts(app, alert)}
      </div>
      <button
        class="button small"
        type="button"
        aria-label="Dismiss: ${alert.message}"
        ?disabled=${this.dismissing.isBusy}
        @click=${() => this.dismiss(app, alert)}
      >
        ${icon('check', 15)} Dismiss
      </button>
    </li>`;
  }

  private renderNone(): TemplateResult | typeof nothing {
    if (!this.whole || this.alerts.problem) return nothing;
    if (!this.alerts.value) return html`<cqa-loading lines="3" label="Loading the alerts"></cqa-loading>`;
    return html`<cqa-empty icon="check" heading="Nothing needs anybody">
      Runs that fail or succeed only in part, files that do not come, connectors that are quiet for too long and streams
      that are not read stand here until they are over.
    </cqa-empty>`;
  }

  override render() {
    const { app, alerts, kinds } = this;
    if (!app) return nothing;
    const list = (alerts.value ?? []).filter(({ kind }) => !kinds || kinds.includes(kind));
    return html`<cqa-problem
        .problem=${alerts.problem ?? this.dismissing.problem}
        .again=${alerts.problem ? alerts.load : undefined}
      ></cqa-problem>
      ${
        list.length > 0
          ? html`<ul aria-label="Alerts">${list.map((alert) => this.renderAlert(app, alert))}</ul>`
          : this.renderNone()
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-alerts': AlertsElement;
  }
}
