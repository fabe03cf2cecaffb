import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ImportSettings } from '../../shared/campaign.ts';
import { messageAtField, type Problem, problemOf, problemOfFailure, ShownError } from '../api/problem.ts';
import type { Campaign, CampaignImport, SheetsPreview } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { counted } from '../words/numbers.ts';
import '../parts/confirm.ts';
import '../parts/problem.ts';
import './campaign-drop-zone.ts';
import './campaign-import-result.ts';
import './campaign-metadata.ts';
import './campaign-sheets.ts';
import './campaign-upload-list.ts';
import { importFoot } from './campaign-import-foot.ts';
import { findOpenImport } from './campaign-open-import.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';
import type { UploadItem } from './campaign-upload-item.ts';
import type { ImportUploads } from './campaign-uploads.ts';
import type { DroppedFile } from './dropped-files.ts';

const previewAfterMs = 500;

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
  @state() private preview: SheetsPreview | undefined;
  @state() private problem: Problem | undefined;
  @state() private finished: string | undefined;
  @state() private isAskedToDiscard = false;
  private readonly acting = new Action(this);
  private readonly discarding = new Action(this);
  private unlisten: (() => void) | undefined;
  private previewed = '';
  private previewing: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('campaign') as Campaign | undefined;
    if (!this.app || !this.campaign || !changed.has('campaign') || before?.id === this.campaign.id) return;
    this.forget();
    this.finished = undefined;
    void this.goOn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten?.();
    clearTimeout(this.previewing);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.open) return;
    this.follow(this.open);
    this.changed();
  }

  /** Finds the import that this person has begun here and not finished. */
  private async goOn(): Promise<void> {
    const { app, campaign } = this;
    if (!app || !campaign) return;
    try {
      const begun = await findOpenImport(app, campaign.id);
      if (!begun || this.campaign?.id !== campaign.id || this.open) return;
      const { import_id: importId, settings, failure } = begun.found;
      (await this.use(importId, settings)).know(begun.files);
      if (failure) this.problem = problemOfFailure(failure);
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** What uploads is loaded by itself: most people who open the console never need it. */
  private async use(importId: string, settings: ImportSettings = {}): Promise<ImportUploads> {
    const { app, campaign } = this;
    if (!app || !campaign) throw new ShownError('The campaign is not loaded yet.');
    const { unfinishedImport } = await import('./campaign-unfinished-import.ts');
    const open = unfinishedImport(app, { importId, endpoint: campaign.uploads_path, settings });
    this.follow(open);
    return open.uploads;
  }

  private follow(open: UnfinishedImport): void {
    this.unlisten?.();
    this.open = open;
    if (this.isConnected) this.unlisten = open.listen(this.changed);
  }

  private forget(): void {
    this.unlisten?.();
    this.open = undefined;
    this.preview = undefined;
    this.previewed = '';
    this.problem = undefined;
    this.isAskedToDiscard = false;
  }

  private readonly changed = (): void => {
    if (this.open?.isFinished) {
      this.finished = this.open.importId;
      this.forget();
      return;
    }
    this.requestUpdate();
    this.planPreview();
  };

  private readonly add = async ({ detail: files }: CustomEvent<DroppedFile[]>): Promise<void> => {
    this.finished = undefined;
    await this.acting.run(async () => {
      const { app, campaign } = this;
      if (!app || !campaign) return;
      const uploads =
        this.open?.uploads ??
        (await this.use((await app.api.campaigns.createImport.mutate({ campaign: campaign.id })).import_id));
      uploads.add(files);
    });
  };

  private readonly unreadable = ({ detail: error }: CustomEvent<Error>): void => {
    this.problem = problemOf(
      new ShownError(`The browser cannot read what was dropped: ${error.message}. Drop it again.`),
    );
  };

  /** Reading a CSV is the server's: the same code reads it when the calls are imported. */
  private planPreview(): void {
    const items = this.open?.uploads.taken() ?? [];
    const sheets = items.filter(({ kind, state }) => kind === 'sheet' && state === 'here');
    const names = items.filter(({ kind }) => kind === 'audio').map(({ name }) => name);
    const asked = JSON.stringify([sheets.map(({ key }) => key), names, this.open?.settings]);
    if (asked === this.previewed) return;
    this.previewed = asked;
    clearTimeout(this.previewing);
    if (sheets.length === 0) this.preview = undefined;
    else this.previewing = setTimeout(() => void this.loadPreview(names, asked), previewAfterMs);
  }

  private async loadPreview(names: string[], asked: string): Promise<void> {
    const { app, open } = this;
    if (!app || !open) return;
    try {
      const { importId: id, settings } = open;
      const preview = await app.api.campaigns.previewSheets.mutate({ id, names, settings });
      if (this.previewed === asked) this.preview = preview;
    } catch (error) {
      if (this.previewed === asked) this.problem = problemOf(error);
    }
  }

  private readonly discard = async (): Promise<void> => {
    const { app, open } = this;
    if (!app || !open) return;
    const isDone = await this.discarding.run(async () => {
      await app.api.campaigns.cancelImport.mutate({ id: open.importId });
    });
    if (!isDone) return;
    open.end();
    this.forget();
    app.changes.announce('campaigns', 'list');
  };

  private askToDiscard(isAsked: boolean): void {
    this.discarding.problem = undefined;
    this.isAskedToDiscard = isAsked;
  }

  /** It ended in a way that somebody has to mend: it is open again. */
  private readonly reopened = ({ detail: found }: CustomEvent<CampaignImport>): void => {
    if (this.finished !== found.import_id) return;
    this.finished = undefined;
    void this.goOn();
  };

  private renderDiscard({ uploads }: UnfinishedImport): TemplateResult | typeof nothing {
    if (!this.isAskedToDiscard) return nothing;
    const files = uploads.items.size;
    return html`<cqa-confirm
      heading="Discard this upload?"
      action="Discard upload"
      .busy=${this.discarding.isBusy}
      .problem=${this.discarding.problem}
      @confirm=${this.discard}
      @close=${() => this.askToDiscard(false)}
    >
      <p>
        ${files === 1 ? 'Its file and what you typed for it' : `Its ${counted(files, 'file')} and what you typed for them`}
        are thrown away, also what is uploaded already. Calls that were imported before stay.
      </p>
    </cqa-confirm>`;
  }

  private renderOpen(app: AppContext, campaign: Campaign, open: UnfinishedImport): TemplateResult {
    const { uploads, problem } = open;
    const { sent, bytes: all } = uploads.progress;
    const missing = [...uploads.items.values()].filter(({ state }) => state === 'missing').length;
    return html`<progress class="whole" max=${all || 1} .value=${sent} aria-label="Progress of all files"></progress>
      ${importFoot(open, this.acting.isBusy, () => this.askToDiscard(true))}
      ${
        missing > 0
          ? html`<p class="soft">
            ${counted(missing, 'file')} did not come completely. Choose ${missing === 1 ? 'it' : 'them'} again to go on from
            where ${missing === 1 ? 'it was' : 'they were'}; otherwise ${missing === 1 ? 'it is' : 'they are'} left out.
          </p>`
          : nothing
      }
      ${
        uploads.repeated.length > 0
          ? html`<p class="soft break" role="status">In the list already: ${uploads.repeated.slice(0, 5).join(', ')}${uploads.repeated.length > 5 ? ` and ${uploads.repeated.length - 5} more` : ''}.</p>`
          : nothing
      }
      <cqa-campaign-sheets .preview=${this.preview}></cqa-campaign-sheets>
      <cqa-campaign-upload-list
        .items=${[...uploads.items.values()]}
        @retry=${({ detail }: CustomEvent<UploadItem>) => uploads.retry(detail)}
        @remove=${({ detail }: CustomEvent<UploadItem>) => this.acting.run(() => uploads.remove(detail))}
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
        <cqa-campaign-drop-zone ?small=${isOpen} @files=${this.add} @unreadable=${this.unreadable}></cqa-campaign-drop-zone>
        <cqa-problem .problem=${this.acting.problem ?? open?.problem ?? this.problem}></cqa-problem>
        ${isOpen ? this.renderOpen(app, campaign, open) : nothing}
      </div>
      ${isOpen ? this.renderDiscard(open) : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-import': CampaignImportElement;
  }
}
