import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ImportSettings } from '../../shared/campaign.ts';
import { messageAtField, type Problem, problemOf, ShownError } from '../api/problem.ts';
import type { Campaign, CampaignImport } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/problem.ts';
import './campaign-drop-zone.ts';
import './campaign-import-result.ts';
import './campaign-metadata.ts';
import './campaign-sheets-preview.ts';
import './campaign-upload-list.ts';
import { discardQuestion } from './campaign-import-discard.ts';
import { importFoot } from './campaign-import-foot.ts';
import { beginImport, findOpenImport } from './campaign-open-import.ts';
import type { SheetsQuestion } from './campaign-sheets-preview.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';
import type { UploadItem } from './campaign-upload-item.ts';
import type { DroppedFile } from './dropped-files.ts';

/**
 * Import calls: files are uploaded as they are dropped, the form is filled in meanwhile, and one button makes
 * conversations of them. An import that was begun before, here or on a page that is closed, is gone on with.
 */
@customElement('cqa-campaign-import')
export class CampaignImportElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      h2 {
        margin-bottom: var(--space-3);
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
      }
      .foot > .words {
        flex: 1 1 240px;
      }
      .whole {
        width: 100%;
        height: 10px;
        accent-color: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) campaign: Campaign | undefined;
  @state() private open: UnfinishedImport | undefined;
  /** Why there is none; what goes wrong with one that is open is its own. */
  @state() private problem: Problem | undefined;
  @state() private finished: string | undefined;
  @state() private isAskedToDiscard = false;
  private finding: Promise<void> | undefined;
  private beginning: Promise<UnfinishedImport> | undefined;
  private unlisten: (() => void) | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('campaign') as Campaign | undefined;
    if (!this.app || !this.campaign || !changed.has('campaign') || before?.id === this.campaign.id) return;
    this.forget();
    this.finished = undefined;
    this.finding = this.goOn(this.app, this.campaign);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten?.();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.open) return;
    this.follow(this.open);
    this.changed();
  }

  /** Finds the import that this person has begun here and not finished. */
  private async goOn(app: AppContext, campaign: Campaign): Promise<void> {
    try {
      const found = await findOpenImport(app, campaign);
      if (found && this.campaign?.id === campaign.id) this.follow(found);
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  private async begin(app: AppContext, campaign: Campaign): Promise<UnfinishedImport> {
    const begun = await beginImport(app, campaign);
    this.follow(begun);
    return begun;
  }

  private follow(open: UnfinishedImport): void {
    this.unlisten?.();
    this.open = open;
    if (this.isConnected) this.unlisten = open.listen(this.changed);
  }

  private forget(): void {
    this.unlisten?.();
    this.open = undefined;
    this.problem = undefined;
    this.isAskedToDiscard = false;
  }

  private readonly changed = (): void => {
    const { ended, importId } = this.open ?? {};
    if (ended === 'finished') this.finished = importId;
    if (ended) this.forget();
    this.requestUpdate();
  };

  private readonly add = async ({ detail: files }: CustomEvent<DroppedFile[]>): Promise<void> => {
    const { app, campaign } = this;
    if (!app || !campaign) return;
    this.finished = undefined;
    this.problem = undefined;
    try {
      (await this.taking(app, campaign)).add(files);
    } catch (error) {
      this.problem = problemOf(error);
    }
  };

  /**
   * The import that takes what was dropped; reading a folder may have lasted longer than the one it was dropped into. All
   * that comes while one is found or begun waits for the same.
   */
  private async taking(app: AppContext, campaign: Campaign): Promise<UnfinishedImport> {
    await this.finding;
    await this.open?.ending;
    if (this.open && !this.open.ended) return this.open;
    this.beginning ??= this.begin(app, campaign).finally(() => {
      this.beginning = undefined;
    });
    return this.beginning;
  }

  private readonly unreadable = ({ detail: error }: CustomEvent<Error>): void => {
    const problem = problemOf(
      new ShownError(`The browser cannot read what was dropped: ${error.message}. Drop it again.`),
    );
    if (this.open) this.open.problem = problem;
    else this.problem = problem;
    this.requestUpdate();
  };

  private askToDiscard(open: UnfinishedImport): void {
    // It would begin behind the question.
    open.takeBack();
    this.isAskedToDiscard = true;
  }

  /** It ended in a way that somebody has to mend: it is open again. */
  private readonly reopened = ({ detail: found }: CustomEvent<CampaignImport>): void => {
    const { app, campaign } = this;
    if (!app || !campaign || this.finished !== found.import_id) return;
    this.finished = undefined;
    this.finding = this.goOn(app, campaign);
  };

  private renderOpen(app: AppContext, campaign: Campaign, open: UnfinishedImport): TemplateResult {
    const { uploads, problem } = open;
    const { sent, bytes: all } = uploads.progress;
    return html`<progress class="whole" max=${all || 1} .value=${sent} aria-label="Progress of all files"></progress>
      ${importFoot(open, () => this.askToDiscard(open))}
      <cqa-campaign-sheets-preview .app=${app} .question=${questionOf(open)}></cqa-campaign-sheets-preview>
      <cqa-campaign-upload-list
        .items=${[...uploads.items.values()]}
        ?locked=${open.ending !== undefined}
        @retry=${({ detail }: CustomEvent<UploadItem>) => uploads.retry(detail)}
        @remove=${({ detail }: CustomEvent<UploadItem>) => open.remove(detail)}
      ></cqa-campaign-upload-list>
      <div class="stack">
        <h3>What these calls have in common</h3>
        <cqa-campaign-metadata
          .value=${open.settings}
          .inherited=${campaign.settings.defaults}
          .zone=${app.zone}
          .problem=${problem?.field ? { field: problem.field, message: messageAtField(problem) } : undefined}
          @change=${({ detail }: CustomEvent<ImportSettings>) => {
            open.settings = detail;
            this.changed();
          }}
        ></cqa-campaign-metadata>
        <p class="soft small">What a CSV says of a recording wins over the form.</p>
      </div>`;
  }

  override render() {
    const { app, campaign, open } = this;
    if (!app || !campaign) return nothing;
    const isOpen = open !== undefined && open.uploads.items.size > 0;
    return html`<section class="card" aria-labelledby="import">
      <h2 id="import">Import calls</h2>
      <div class="stack">
        ${
          this.finished
            ? html`<cqa-campaign-import-result
              .app=${app}
              .importId=${this.finished}
              @reopened=${this.reopened}
            ></cqa-campaign-import-result>`
            : nothing
        }
        <cqa-campaign-drop-zone
          ?small=${isOpen}
          .closed=${open?.ending ? 'One moment: this import takes no more files.' : ''}
          @files=${this.add}
          @unreadable=${this.unreadable}
        ></cqa-campaign-drop-zone>
        <cqa-problem .problem=${open ? open.problem : this.problem}></cqa-problem>
        ${isOpen ? this.renderOpen(app, campaign, open) : nothing}
      </div>
      ${
        isOpen && this.isAskedToDiscard
          ? discardQuestion(open, () => {
              this.isAskedToDiscard = false;
            })
          : nothing
      }
    </section>`;
  }
}

function questionOf({ importId, settings, uploads }: UnfinishedImport): SheetsQuestion {
  const items = uploads.taken();
  const sheets = items.filter(({ kind, state }) => kind === 'sheet' && state === 'here').map(({ key }) => key);
  const names = items.filter(({ kind }) => kind === 'audio').map(({ name }) => name);
  return { importId, sheets, names, settings };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-import': CampaignImportElement;
  }
}
