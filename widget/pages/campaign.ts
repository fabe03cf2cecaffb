import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Campaign } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import '../parts/confirm.ts';
import '../parts/copy.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './campaign-dialog.ts';
import './campaign-import.ts';
import './campaign-imports.ts';

const lookAgainMs = 4000;

/** A campaign: its counts, Import calls, the imports so far, its settings and the rules that take its conversations. */
@customElement('cqa-campaign')
export class CampaignElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
      }
      .head > .grow {
        flex: 1 1 240px;
      }
      .counts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-5);
      }
      .counts dt {
        font-size: var(--size-s);
        color: var(--text-soft);
      }
      .counts dd {
        font-size: var(--size-xl);
        font-weight: 650;
        font-variant-numeric: tabular-nums;
      }
      .facts {
        display: grid;
        grid-template-columns: minmax(110px, max-content) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        margin-top: var(--space-3);
      }
      .facts dt {
        color: var(--text-soft);
      }
      .side {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      .rules {
        display: grid;
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) campaignId = '';
  @state() private dialog: 'edit' | 'remove' | undefined;
  private readonly campaign = new Resource(this, async (signal) =>
    this.app?.api.campaigns.get.query({ id: this.campaignId }, { signal }),
  );
  private readonly counts = new Resource(this, async (signal) =>
    this.app?.api.campaigns.counts.query(undefined, { signal }),
  );
  private readonly removing = new Action(this);
  private looking: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('campaignId'))) return;
    for (const resource of [this.campaign, this.counts]) resource.clear();
    this.campaign.follow(this.app.changes, ['campaigns']);
    this.counts.follow(this.app.changes, ['campaigns', 'analyses']);
  }

  private readonly close = (): void => {
    this.dialog = undefined;
    void this.campaign.load();
  };

  private readonly confirmRemoval = async (): Promise<void> => {
    const { app, campaignId } = this;
    const name = this.campaign.value?.name ?? '';
    const isDone = await this.removing.run(async () => {
      await app?.api.campaigns.remove.mutate({ id: campaignId });
    });
    if (!isDone) return;
    app?.say(`${name} is deleted.`);
    app?.go('/campaigns');
  };

  private renderHead(app: AppContext, campaign: Campaign): TemplateResult {
    return html`<div class="head">
      <a class="button quiet icon" data-page href=${app.href('/campaigns')} aria-label="All campaigns">${icon('back')}</a>
      <div class="grow">
        <h2 class="break">${campaign.name}</h2>
        ${campaign.settings.description ? html`<p class="soft break">${campaign.settings.description}</p>` : nothing}
      </div>
      ${
        campaign.may_edit
          ? html`<button
                class="button"
                type="button"
                @click=${() => {
                  this.dialog = 'edit';
                }}
              >
                ${icon('edit', 16)} Settings
              </button>
              <button
                class="button quiet icon"
                type="button"
                aria-label="Delete ${campaign.name}"
                @click=${() => {
                  this.removing.problem = undefined;
                  this.dialog = 'remove';
                }}
              >
                ${icon('trash')}
              </button>`
          : nothing
      }
    </div>`;
  }

  /**
   * Conversations that no rule takes end without an analysis, and of those nothing is announced; and a count of a large
   * account may be one that was made before the change.
   */
  protected override updated(): void {
    const { value, isLoading } = this.counts;
    if (!value || isLoading || this.looking !== undefined) return;
    const wasOld = value.age_ms > lookAgainMs / 2;
    if (!wasOld && !value.counts[this.campaignId]?.waiting) return;
    this.looking = setTimeout(() => {
      this.looking = undefined;
      if (this.isConnected) void this.counts.load();
    }, lookAgainMs);
  }

  private renderUntaken(): TemplateResult | typeof nothing {
    const counts = this.counts.value?.counts[this.campaignId];
    const untaken = counts ? counts.interactions - counts.analysed - counts.waiting - counts.failed : 0;
    if (untaken === 0) return nothing;
    return html`<div title="No assignment rule takes them"><dt>Not analysed</dt><dd>${count(untaken)}</dd></div>`;
  }

  private renderCounts(): TemplateResult {
    const counts = this.counts.value?.counts[this.campaignId];
    const of = (name: 'interactions' | 'analysed' | 'waiting' | 'failed') =>
      this.counts.value ? count(counts?.[name] ?? 0) : '…';
    return html`<dl class="counts card">
      <div><dt>Conversations</dt><dd>${of('interactions')}</dd></div>
      <div><dt>Analysed</dt><dd>${of('analysed')}</dd></div>
      ${this.renderUntaken()}
      <div><dt>Waiting</dt><dd>${of('waiting')}</dd></div>
      <div><dt>Failed</dt><dd>${of('failed')}</dd></div>
    </dl>`;
  }

  private renderSettings({ id, settings: { defaults }, created_by }: Campaign): TemplateResult {
    const facts: [string, string | undefined][] = [
      ['Agent', [defaults.agent_name, defaults.agent_email].filter(Boolean).join(', ')],
      ['Team', defaults.team_name],
      ['Language', defaults.language],
      ['Channel', defaults.channel_type || 'VOICE'],
      ...Object.entries(defaults.metadata ?? {}),
    ];
    return html`<section class="card" aria-labelledby="settings">
      <h3 id="settings">Given to its conversations</h3>
      <p class="soft small">Where neither the form of an import nor a CSV says otherwise.</p>
      <dl class="facts">
        ${facts.filter(([, value]) => value).map(([name, value]) => html`<dt class="break">${name}</dt><dd class="break">${value}</dd>`)}
        <dt>Campaign id</dt>
        <dd class="row"><code class="break">${id}</code><cqa-copy .text=${id} label="Copy id"></cqa-copy></dd>
        <dt>Made by</dt>
        <dd class="break">${created_by}</dd>
      </dl>
    </section>`;
  }

  private renderRules({ rules }: Campaign): TemplateResult {
    return html`<section class="card" aria-labelledby="rules">
      <h3 id="rules">Rules that may take its conversations</h3>
      ${
        rules.length === 0
          ? html`<p class="soft">None yet: its conversations are stored, and nothing scores them.</p>`
          : html`<ul class="rules">
            ${rules.map(
              (rule) => html`<li class="break">
                <span class="strong">${rule.name}</span>
                <span class="soft">${rule.names_it ? 'names this campaign' : 'takes any campaign'}; assigns ${rule.profiles.join(', ')}</span>
              </li>`,
            )}
          </ul>`
      }
    </section>`;
  }

  private renderDialog(app: AppContext, campaign: Campaign): TemplateResult | typeof nothing {
    if (this.dialog === 'edit')
      return html`<cqa-campaign-dialog .app=${app} .campaign=${campaign} @close=${this.close} @saved=${this.close}></cqa-campaign-dialog>`;
    if (this.dialog === 'remove')
      return html`<cqa-confirm
        heading="Delete this campaign?"
        .name=${campaign.name}
        action="Delete campaign"
        .busy=${this.removing.isBusy}
        .problem=${this.removing.problem}
        @confirm=${this.confirmRemoval}
        @close=${this.close}
      >
        <p>
          Only a campaign to which nothing belongs can be deleted: no conversation, no user limited to it, no rule that
          names it. One that is no longer used can be renamed.
        </p>
      </cqa-confirm>`;
    return nothing;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.campaign;
    if (!value)
      return problem
        ? html`<cqa-problem what="The campaign could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`
        : html`<cqa-loading lines="4" label="Loading the campaign"></cqa-loading>`;
    return html`<div class="stack">
        ${this.renderHead(app, value)}
        <cqa-problem .problem=${problem} .again=${load}></cqa-problem>
        ${this.renderCounts()}
        <cqa-campaign-import .app=${app} .campaign=${value}></cqa-campaign-import>
        <cqa-campaign-imports .app=${app} .campaignId=${value.id}></cqa-campaign-imports>
        <div class="side">${this.renderSettings(value)} ${this.renderRules(value)}</div>
      </div>
      ${this.renderDialog(app, value)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign': CampaignElement;
  }
}
