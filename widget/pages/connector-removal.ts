import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Connector, ConnectorRemoval } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { counted } from '../words/numbers.ts';
import '../parts/confirm.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';

/**
 * Deleting a connector: what it does to jobs, recordings and the history is asked of the server and said first.
 * @fires close
 */
@customElement('cqa-connector-removal')
export class ConnectorRemovalElement extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) connector: Connector | undefined;
  private readonly effect = new Resource(this, async (signal) => {
    const { app, connector } = this;
    return connector && app?.api.connectors.removal.query({ uid: connector.uid }, { signal });
  });
  private readonly removing = new Action(this);

  protected override firstUpdated(): void {
    void this.effect.load();
  }

  private readonly confirm = async (): Promise<void> => {
    const { app, connector } = this;
    if (!app || !connector) return;
    const isDone = await this.removing.run(async () => {
      await app.api.connectors.remove.mutate({ uid: connector.uid });
    });
    if (!isDone) return;
    app.say(`${connector.name} is deleted.`);
    this.close();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderEffect({ jobs, waiting_recordings: waiting, executions }: ConnectorRemoval): TemplateResult {
    return html`<p>This cannot be undone. Its credentials are destroyed. Further:</p>
      <ul class="stack">
        <li>
          ${
            jobs.length === 0
              ? 'No job uses it.'
              : html`<strong>${counted(jobs.length, 'job')}</strong> will not use it any more:
                ${jobs.join(', ')}. A job without another connector is deleted with it.`
          }
        </li>
        ${
          waiting > 0
            ? html`<li>
              <strong>${counted(waiting, 'recording')}</strong> not fetched yet will be missing, and their
              interactions end as failed.
            </li>`
            : nothing
        }
        <li>
          What it brought stays: interactions, analyses and
          ${counted(executions, 'execution')} in the history keep its name.
        </li>
      </ul>`;
  }

  override render() {
    const { connector, effect } = this;
    if (!connector) return nothing;
    return html`<cqa-confirm
      heading="Delete this connector?"
      .name=${connector.name}
      action="Delete connector"
      .busy=${this.removing.isBusy}
      .isReady=${effect.value !== undefined}
      .problem=${this.removing.problem}
      @confirm=${this.confirm}
      @close=${this.close}
    >
      ${
        effect.value
          ? this.renderEffect(effect.value)
          : effect.problem
            ? html`<cqa-problem .problem=${effect.problem} .again=${effect.load}></cqa-problem>`
            : html`<cqa-loading lines="1"></cqa-loading>`
      }
    </cqa-confirm>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-removal': ConnectorRemovalElement;
  }
}
