import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Webhook } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { count, counted } from '../words/numbers.ts';
import { deliveryWords } from '../words/status.ts';
import { duration } from '../words/time.ts';
import '../parts/copy.ts';
import '../parts/dialog.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';

type Attempt = Webhook['history'][number];

/**
 * One webhook: what was sent, and what every attempt was answered. It can be sent again.
 * @fires close
 */
@customElement('cqa-webhook-dialog')
export class WebhookDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 760px;
      }
      /* Its heading is one long word, which inherits this. */
      cqa-dialog {
        overflow-wrap: anywhere;
      }
      cqa-dialog > [slot='actions'] {
        overflow-wrap: normal;
      }
      pre {
        margin: 0;
        max-height: 260px;
        overflow: auto;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        font-family: var(--font-mono);
        font-size: var(--size-xs);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .attempts {
        display: grid;
        gap: var(--space-3);
      }
      .attempts > li {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-2);
        padding-left: var(--space-3);
        border-left: 3px solid var(--line-strong);
      }
      .attempts > li.bad {
        border-left-color: var(--bad);
      }
      .attempts > li.good {
        border-left-color: var(--good);
      }
      .part {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() uid = '';
  private readonly webhook = new Resource(this, async (signal) =>
    this.app?.api.webhooks.get.query({ uid: this.uid }, { signal }),
  );
  private readonly sending = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('uid'))) return;
    this.webhook.clear();
    this.webhook.follow(this.app.changes, ['webhooks']);
  }

  private readonly resend = async (): Promise<void> => {
    const { app, uid } = this;
    const isDone = await this.sending.run(async () => {
      await app?.api.webhooks.resend.mutate({ uid });
      await this.webhook.load();
    });
    if (!isDone) return;
    app?.say('It is being sent again.');
    app?.changes.announce('webhooks', uid);
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderAttempt(app: AppContext, attempt: Attempt): TemplateResult {
    const { status, error, body, at, duration_ms: took } = attempt;
    return html`<li class=${error ? 'bad' : 'good'}>
      <div class="row small">
        <strong>${status === undefined ? 'No answer' : `Answered ${status}`}</strong>
        <span class="soft"><cqa-time .at=${at} .zone=${app.zone}></cqa-time>, after ${took < 1000 ? `${count(took)} ms` : duration(took)}</span>
      </div>
      ${error ? html`<p class="small break">${error}</p>` : nothing}
      ${body ? html`<pre tabindex="0" aria-label="The answer">${body}</pre>` : nothing}
    </li>`;
  }

  private renderWebhook(app: AppContext, webhook: Webhook): TemplateResult {
    const payload = indented(webhook.payload);
    return html`<div class="part">
        <div class="row">
          <cqa-status .words=${deliveryWords[webhook.state]}></cqa-status>
          <span class="soft small">announced <cqa-time .at=${webhook.created_at} .zone=${app.zone}></cqa-time></span>
        </div>
        <p class="break small"><span class="soft">To</span> <code>${webhook.url}</code></p>
        <p class="break small"><span class="soft">Delivery id</span> <code>${webhook.uid}</code></p>
      </div>
      <div class="part">
        <div class="row">
          <h3 class="grow">Payload</h3>
          <cqa-copy .text=${webhook.payload}></cqa-copy>
        </div>
        <pre tabindex="0" aria-label="Payload">${payload}</pre>
      </div>
      <div class="part">
        <h3>${counted(webhook.history.length, 'attempt')}</h3>
        ${
          webhook.history.length === 0
            ? html`<p class="soft small">Not tried yet.</p>`
            : html`<ol class="attempts">
              ${webhook.history.toReversed().map((attempt) => this.renderAttempt(app, attempt))}
            </ol>`
        }
      </div>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.webhook;
    const isPending = value?.state === 'pending';
    return html`<cqa-dialog .heading=${value?.event ?? 'Webhook'} @close=${this.close}>
      <div class="stack">
        <cqa-problem what="The webhook could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
        ${value ? this.renderWebhook(app, value) : problem ? nothing : html`<cqa-loading lines="3"></cqa-loading>`}
        <cqa-problem what="It could not be sent again" .problem=${this.sending.problem}></cqa-problem>
      </div>
      ${isPending ? html`<span slot="actions" class="soft small grow">It is on its way.</span>` : nothing}
      <button slot="actions" class="button" type="button" @click=${this.close}>Close</button>
      <button
        slot="actions"
        class="button primary"
        type="button"
        ?disabled=${!value || isPending || this.sending.isBusy}
        @click=${this.resend}
      >
        ${icon('again', 16)} Send again
      </button>
    </cqa-dialog>`;
  }
}

/** As it was sent, with lines; the text itself where it is no JSON. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return payload;
    throw error;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-webhook-dialog': WebhookDialogElement;
  }
}
