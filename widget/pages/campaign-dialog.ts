import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CampaignSettings, ConversationDefaults } from '../../shared/campaign.ts';
import { messageAtField } from '../api/problem.ts';
import type { Campaign } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { isSame, withChanges } from '../form/values.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/dialog.ts';
import '../parts/not-saved.ts';
import './campaign-metadata.ts';

/**
 * A new campaign, or the settings of one that is there.
 * @fires saved - with its id
 * @fires close
 */
@customElement('cqa-campaign-dialog')
export class CampaignDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      legend {
        margin-bottom: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) campaign: Campaign | undefined;
  @state() private name = '';
  @state() private description = '';
  @state() private defaults: ConversationDefaults = {};
  @state() private isNameMissing = false;
  private readonly saving = new Action(this);

  /** The campaign as the form began with it: the page around it reads it again meanwhile. */
  private opened: Campaign | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.begin(this.campaign);
  }

  private begin(campaign: Campaign | undefined): void {
    this.opened = campaign;
    Object.assign(this, formOf(campaign));
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.isNameMissing = this.name.trim() === '';
    if (this.isNameMissing) return;
    await this.saving.run(async () => {
      const id = await this.save();
      if (id) this.dispatchEvent(new CustomEvent('saved', { detail: id }));
    });
  };

  private async save(): Promise<string | undefined> {
    const { app, opened, name, description, defaults } = this;
    const settings: CampaignSettings = { description, defaults };
    if (!opened) return (await app?.api.campaigns.create.mutate({ name, settings }))?.id;
    await app?.api.campaigns.update.mutate({ id: opened.id, version: opened.version, name, settings });
    return opened.id;
  }

  /** Somebody else has saved meanwhile: the settings as they are now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const { app, opened, name, description, defaults } = this;
    if (!app || !opened) return;
    await this.saving.run(async () => {
      const now = await app.api.campaigns.get.query({ id: opened.id });
      this.begin(now);
      const mine = withChanges(formOf(now), { name, description, defaults }, formOf(opened));
      if (keepsChanges) Object.assign(this, mine);
    });
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private get nameProblem(): string | undefined {
    if (this.isNameMissing) return 'Give it a name, so that people know it.';
    const { problem } = this.saving;
    return problem?.field === 'name' ? messageAtField(problem) : undefined;
  }

  private renderName(): TemplateResult {
    const problem = this.nameProblem;
    return html`<div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        class="input"
        maxlength="120"
        autocomplete="off"
        placeholder="Orders, spring"
        aria-invalid=${problem ? 'true' : 'false'}
        .value=${this.name}
        @input=${(event: Event) => {
          this.name = (event.target as HTMLInputElement).value;
        }}
      />
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  private get problemElsewhere() {
    const { problem } = this.saving;
    return problem?.field === 'name' || problem?.field?.startsWith('settings.defaults.') ? undefined : problem;
  }

  private get isChanged(): boolean {
    const { name, description, defaults } = this;
    return !isSame({ name, description, defaults }, formOf(this.opened));
  }

  override render() {
    const { campaign, saving } = this;
    const { problem } = saving;
    return html`<cqa-dialog
      heading=${campaign ? `Settings of ${campaign.name}` : 'New campaign'}
      .isChanged=${this.isChanged}
      @close=${this.close}
    >
      <form class="stack" id="campaign" @submit=${this.submit} novalidate>
        ${this.renderName()}
        <div class="field">
          <label for="description">Description</label>
          <textarea
            id="description"
            class="input"
            rows="2"
            maxlength="1000"
            placeholder="What its conversations are about"
            .value=${this.description}
            @input=${(event: Event) => {
              this.description = (event.target as HTMLTextAreaElement).value;
            }}
          ></textarea>
        </div>
        <fieldset>
          <legend>What its conversations are given where nothing else says it</legend>
          <cqa-campaign-metadata
            .value=${this.defaults}
            .problem=${problem?.field ? { field: problem.field, message: messageAtField(problem) } : undefined}
            @change=${(event: CustomEvent<ConversationDefaults>) => {
              this.defaults = event.detail;
            }}
          ></cqa-campaign-metadata>
        </fieldset>
        <cqa-not-saved
          .problem=${this.problemElsewhere}
          ?busy=${saving.isBusy}
          @load=${this.loadNow}
        ></cqa-not-saved>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="campaign" ?disabled=${saving.isBusy}>
        ${saving.isBusy ? 'Saving …' : campaign ? 'Save' : 'Create campaign'}
      </button>
    </cqa-dialog>`;
  }
}

/** What the form holds of a campaign; of a new one, nothing. */
function formOf(campaign: Campaign | undefined) {
  const { description = '', defaults = {} } = campaign?.settings ?? {};
  return { name: campaign?.name ?? '', description, defaults };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-dialog': CampaignDialogElement;
  }
}
