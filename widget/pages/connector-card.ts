import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckResult } from '../../shared/connector.ts';
import { hasEnded } from '../../shared/execution.ts';
import type { Connector, ConnectorStream, ConnectorType } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { titleOf } from '../form/fields.ts';
import { icon } from '../parts/icon.ts';
import { typeIcon } from '../parts/type-icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { disabledWords, enabledWords, executionWords } from '../words/status.ts';
import { connectorCardStyles } from './connector-card.styles.ts';
import '../parts/check-steps.ts';
import '../parts/problem.ts';
import '../parts/public-side.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './connector-stream.ts';

/**
 * One connector: how it is, when it last ran, and what can be done with it.
 * @fires edit
 * @fires remove
 * @fires changed
 */
@customElement('cqa-connector-card')
export class ConnectorCardElement extends LitElement {
  static override styles = [base, controls, connectorCardStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) connector: Connector | undefined;
  @property({ attribute: false }) type: ConnectorType | undefined;
  /** Of one that reads a stream: how that stands. */
  @property({ attribute: false }) stream: ConnectorStream | undefined;
  @state() private result: CheckResult | undefined;
  private readonly checking = new Action(this);
  private readonly switching = new Action(this);

  private readonly check = async (): Promise<void> => {
    const { app, connector } = this;
    if (!app || !connector) return;
    this.result = undefined;
    await this.checking.run(async () => {
      this.result = await app.api.connectors.check.mutate({ uid: connector.uid });
    });
    this.dispatchEvent(new CustomEvent('changed'));
  };

  private readonly toggle = async (): Promise<void> => {
    const { app, connector } = this;
    if (!app || !connector) return;
    const enabled = !connector.is_enabled;
    const isDone = await this.switching.run(async () => {
      await app.api.connectors.setEnabled.mutate({ uid: connector.uid, enabled });
    });
    if (isDone) app.say(`${connector.name} is ${enabled ? 'enabled' : 'disabled'}.`);
    this.dispatchEvent(new CustomEvent('changed'));
  };

  /** It is read as events come: when data last came is said with the stream. */
  private get isStream(): boolean {
    return this.type?.has_stream === true && this.connector?.direction === 'import';
  }

  private renderLastRun(app: AppContext, { last_run: run }: Connector): TemplateResult {
    if (!run) return html`<span class="soft">not yet</span>`;
    return html`<span class="row">
      <cqa-status .words=${executionWords[run.status]}></cqa-status>
      <a data-page href=${app.href(`/executions/${run.execution_id}`)}
        >${this.isStream ? (hasEnded(run.status) ? 'ended ' : 'began ') : nothing}<cqa-time relative .at=${run.at} .zone=${app.zone}></cqa-time
      ></a>
    </span>`;
  }

  private renderLastCheck(app: AppContext, { last_check: check }: Connector): TemplateResult {
    if (!check) return html`<span class="soft">not tested yet</span>`;
    return html`<span class=${check.ok ? 'fine' : 'wrong'}>${check.ok ? 'Works' : 'Failed'}</span>,
      <cqa-time relative .at=${check.checked_at} .zone=${app.zone}></cqa-time>${
        check.checked_from ? html`<br /><span class="soft break">by ${check.checked_from}</span>` : nothing
      }${check.ok ? nothing : html`<br /><span class="break">${check.message}</span>`}`;
  }

  private renderFacts(app: AppContext, connector: Connector): TemplateResult {
    return html`<dl>
      <dt>${this.isStream ? 'Newest day' : 'Last run'}</dt>
      <dd>${this.renderLastRun(app, connector)}</dd>
      ${
        this.isStream
          ? nothing
          : html`<dt>Last data</dt>
            <dd><cqa-time relative .at=${connector.last_data_at} .zone=${app.zone}></cqa-time></dd>`
      }
      <dt>Last check</dt>
      <dd>${this.renderLastCheck(app, connector)}</dd>
      ${shortSide(connector).map(
        ([name, value]) => html`<dt>${titleOf(name)}</dt>
          <dd class="break"><code>${value}</code></dd>`,
      )}
      <dt>Jobs</dt>
      <dd class="break">${connector.jobs.length > 0 ? connector.jobs.join(', ') : this.renderNoJob(connector)}</dd>
    </dl>`;
  }

  /** Of one that mails reports: what is to be looked at about the links in its mails. */
  private renderLinksWarning(): TemplateResult | typeof nothing {
    const links = this.type?.mail_links;
    if (!links?.warning || this.checking.isBusy || this.result) return nothing;
    return html`<p class="links-warning small">${icon('warning', 16)}<span class="break">${links.message}</span></p>`;
  }

  private renderNoJob(connector: Connector): TemplateResult {
    const detail = { connector: connector.name };
    return html`none yet;
      <a
        href="#new-job"
        @click=${(event: Event) => {
          event.preventDefault();
          this.dispatchEvent(new CustomEvent('new-job', { bubbles: true, composed: true, detail }));
        }}
        >create one</a
      >`;
  }

  private renderActions(connector: Connector): TemplateResult {
    const { name, is_enabled: isEnabled } = connector;
    return html`<div class="actions">
      <button class="button small" type="button" ?disabled=${this.checking.isBusy} @click=${this.check}>
        ${icon('plug', 15)} ${this.checking.isBusy ? 'Testing …' : 'Test connection'}
      </button>
      <span class="grow"></span>
      <button
        class="button quiet icon small"
        type="button"
        title="Edit"
        aria-label="Edit ${name}"
        @click=${() => this.dispatchEvent(new CustomEvent('edit'))}
      >
        ${icon('edit', 16)}
      </button>
      <button
        class="button quiet icon small"
        type="button"
        title=${isEnabled ? 'Disable' : 'Enable'}
        aria-label="${isEnabled ? 'Disable' : 'Enable'} ${name}"
        ?disabled=${this.switching.isBusy}
        @click=${this.toggle}
      >
        ${icon(isEnabled ? 'pause' : 'power', 16)}
      </button>
      <button
        class="button quiet icon small"
        type="button"
        title="Delete"
        aria-label="Delete ${name}"
        @click=${() => this.dispatchEvent(new CustomEvent('remove'))}
      >
        ${icon('trash', 16)}
      </button>
    </div>`;
  }

  override render() {
    const { app, connector } = this;
    if (!app || !connector) return nothing;
    return html`<article class="card ${connector.is_enabled ? '' : 'off'}" aria-label=${connector.name}>
      <div class="head">
        <span class="mark">${typeIcon(connector.type, 20)}</span>
        <div class="grow">
          <h2 class="break">${connector.name}</h2>
          <span class="soft small">${this.type?.title ?? connector.type}</span>
        </div>
        <cqa-status .words=${connector.is_enabled ? enabledWords : disabledWords}></cqa-status>
      </div>
      ${
        this.stream
          ? html`<cqa-connector-stream .stream=${this.stream} .zone=${app.zone}></cqa-connector-stream>`
          : nothing
      }
      ${this.renderFacts(app, connector)}${this.renderLinksWarning()}
      ${longSide(connector).map(
        ([name, value]) => html`<cqa-public-side .name=${name} .value=${value}></cqa-public-side>`,
      )}
      ${
        this.checking.isBusy || this.result
          ? html`<cqa-check-steps .busy=${this.checking.isBusy} .result=${this.result}></cqa-check-steps>`
          : nothing
      }
      <cqa-problem .problem=${this.checking.problem ?? this.switching.problem}></cqa-problem>
      ${this.renderActions(connector)}
    </article>`;
  }
}

const longestFact = 60;

/** A fingerprint is a fact among others; a public key is something to copy. */
function shortSide({ public_side: side }: Connector): [string, string][] {
  return Object.entries(side).filter(([, value]) => value.length <= longestFact);
}

function longSide({ public_side: side }: Connector): [string, string][] {
  return Object.entries(side).filter(([, value]) => value.length > longestFact);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-card': ConnectorCardElement;
  }
}
