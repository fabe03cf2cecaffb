import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Direction } from '../../shared/connector.ts';
import type { Connector, ConnectorType } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './alerts.ts';
import './connector-card.ts';
import './connector-dialog.ts';
import './connector-removal.ts';

const words = {
  import: {
    lead: 'Connectors that bring conversations and their recordings into CQA.',
    heading: 'Nothing brings conversations in yet',
    next: 'Create a connector to the system that holds your call recordings. Test it in the same dialog, then give it a job that runs on a schedule.',
  },
  export: {
    lead: 'Connectors that send analysis results out of CQA.',
    heading: 'Nothing takes your results out yet',
    next: 'Create a connector to the place where reports are wanted. Test it in the same dialog, then give it an export job.',
  },
} as const;

/** The counts of a day's execution change all the time; of all that, the cards show the status alone. */
const cardsRestMs = 2000;

/** What is amiss at a source; that runs failed stands with the jobs. */
const sourceAlerts = ['expected_file', 'expected_data', 'stream_failed'] as const;

/** Data Import and Data Export: a card for each connector of that direction. */
@customElement('cqa-connectors')
export class ConnectorsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .lead {
        margin-bottom: var(--space-4);
        color: var(--text-soft);
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      cqa-problem {
        margin-bottom: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() direction: Direction = 'import';
  @state() private edited: Connector | undefined;
  @state() private removed: Connector | undefined;

  private readonly connectors = new Resource(this, async (signal) => {
    const { direction } = this;
    return this.app?.api.connectors.list.query({ direction }, { signal });
  });
  private readonly streams = new Resource(this, async (signal) =>
    this.app?.api.connectors.streams.query(undefined, { signal }),
  );
  private readonly types = new Resource(this, async (signal) =>
    this.app?.api.connectorTypes.list.query(undefined, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('direction'))) return;
    this.connectors.clear();
    this.connectors.follow(this.app.changes, ['connectors', 'executions', 'jobs'], cardsRestMs);
    if (this.direction === 'import') this.streams.follow(this.app.changes, ['streams', 'connectors', 'jobs']);
    if (!this.types.value) void this.types.load();
  }

  private typeOf(connector: Connector): ConnectorType | undefined {
    return this.types.value?.find((type) => type.id === connector.type);
  }

  private renderCard(app: AppContext, connector: Connector): TemplateResult {
    return html`<cqa-connector-card
      .app=${app}
      .connector=${connector}
      .type=${this.typeOf(connector)}
      .stream=${this.streams.value?.find(({ uid }) => uid === connector.uid)}
      @changed=${this.connectors.load}
      @edit=${() => {
        this.edited = connector;
      }}
      @remove=${() => {
        this.removed = connector;
      }}
    ></cqa-connector-card>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { value, problem, load } = this.connectors;
    if (!value && problem)
      return html`<cqa-problem what="The connectors could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<cqa-loading lines="3" label="Loading connectors"></cqa-loading>`;
    if (value.length === 0) return this.renderEmpty();
    return html`<cqa-problem .problem=${problem ?? this.streams.problem} .again=${load}></cqa-problem>
      <div class="cards">
        ${repeat(
          value,
          (connector) => connector.uid,
          (connector) => this.renderCard(app, connector),
        )}
      </div>`;
  }

  private renderEmpty(): TemplateResult {
    const { direction } = this;
    return html`<cqa-empty icon=${direction} heading=${words[direction].heading}>
      ${words[direction].next}
      <button
        slot="action"
        class="button primary"
        type="button"
        @click=${() =>
          this.dispatchEvent(
            new CustomEvent('new-connector', { bubbles: true, composed: true, detail: { direction } }),
          )}
      >
        ${icon('plus', 16)} New Connector
      </button>
    </cqa-empty>`;
  }

  private readonly close = (): void => {
    this.edited = undefined;
    this.removed = undefined;
    void this.connectors.load();
  };

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<p class="lead">${words[this.direction].lead}</p>
      ${this.direction === 'import' ? html`<cqa-alerts .app=${app} .kinds=${sourceAlerts}></cqa-alerts>` : nothing}
      ${this.renderList(app)}
      ${
        this.edited
          ? html`<cqa-connector-dialog .app=${app} .connector=${this.edited} @close=${this.close}></cqa-connector-dialog>`
          : nothing
      }
      ${
        this.removed
          ? html`<cqa-connector-removal
            .app=${app}
            .connector=${this.removed}
            @close=${this.close}
          ></cqa-connector-removal>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connectors': ConnectorsElement;
  }
}
