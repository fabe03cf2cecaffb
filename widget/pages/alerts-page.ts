import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import './alerts.ts';

/** Alerts: what is open, and the way to who is told. */
@customElement('cqa-alerts-page')
export class AlertsPageElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3) var(--space-4);
        align-items: flex-start;
        justify-content: space-between;
      }
      .lead {
        flex: 1 1 320px;
        max-width: 72ch;
        color: var(--text-soft);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;

  private readonly settings = new Resource(this, async (signal) =>
    this.app?.api.alerts.settings.query(undefined, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('app') && this.app) this.settings.follow(this.app.changes, ['alerts']);
  }

  private renderNobody(): TemplateResult | typeof nothing {
    const { value } = this.settings;
    if (!value) return nothing;
    const { settings, email_from: from, webhooks_enabled: hasWebhooks } = value;
    const why = whyNobody({
      ...{ isNamed: settings.emails.length > 0 || settings.webhook !== undefined },
      canReach: (settings.emails.length > 0 && from !== null) || (settings.webhook !== undefined && hasWebhooks),
    });
    return why ? html`<p class="caution">${icon('warning', 20)}<span>${why}</span></p>` : nothing;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<div class="stack">
      <div class="head">
        <p class="lead">
          What needs somebody. An alert ends by itself when the next run succeeds, the file or data come or the stream is
          read again; dismissed, it comes back only if it happens once more.
        </p>
        <a class="button" data-page href=${app.href('/settings/alerts')}>Who is told</a>
      </div>
      ${this.renderNobody()}
      <cqa-alerts whole .app=${app}></cqa-alerts>
    </div>`;
  }
}

function whyNobody({ isNamed, canReach }: { isNamed: boolean; canReach: boolean }): string | undefined {
  if (!isNamed) return 'Nobody is told of alerts: this account names no email address and no webhook.';
  return canReach
    ? undefined
    : 'Nobody is told of alerts: what this account names cannot be reached; see “Who is told”.';
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-alerts-page': AlertsPageElement;
  }
}
