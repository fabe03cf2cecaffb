import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Alert } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/problem.ts';
import '../parts/time.ts';

/** What somebody should look at: files that did not come. Nothing is drawn where there is nothing. */
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
        display: flex;
        gap: var(--space-3);
        align-items: flex-start;
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--warn);
        border-radius: var(--radius-m);
        background: var(--warn-soft);
      }
      li > svg {
        flex: none;
        margin-top: 2px;
        color: var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
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

  private renderAlert(app: AppContext, alert: Alert): TemplateResult {
    return html`<li>
      ${icon('warning', 20)}
      <div class="grow">
        <p class="break">${alert.message}</p>
        <span class="soft small"><cqa-time relative .at=${alert.raised_at} .zone=${app.zone}></cqa-time></span>
      </div>
      <button
        class="button small"
        type="button"
        aria-label="Dismiss: ${alert.message}"
        ?disabled=${this.dismissing.isBusy}
        @click=${() => this.dismiss(app, alert)}
      >
        Dismiss
      </button>
    </li>`;
  }

  override render() {
    const { app, alerts } = this;
    if (!app) return nothing;
    const list = alerts.value ?? [];
    return html`<cqa-problem .problem=${alerts.problem ?? this.dismissing.problem}></cqa-problem>
      ${list.length > 0 ? html`<ul aria-label="Alerts">${list.map((alert) => this.renderAlert(app, alert))}</ul>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-alerts': AlertsElement;
  }
}
