import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ImportSettings } from '../../shared/campaign.ts';
import { messageAtField, type Problem, problemOf, problemOfFailure, ShownError } from '../api/problem.ts';
import type { Campaign, CampaignImport, SheetsPreview } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { timeLeft } from '../words/campaign.ts';
import { bytes, count, counted } from '../words/numbers.ts';
import '../parts/problem.ts';
import './campaign-drop-zone.ts';
import './campaign-import-result.ts';
import './campaign-metadata.ts';
import './campaign-sheets.ts';
import './campaign-upload-list.ts';
import { findOpenImport } from './campaign-open-import.ts';
import type { ImportUploads, UploadItem } from './campaign-uploads.ts';
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
  @state() private uploads: ImportUploads | undefined;
  @state() private settings: ImportSettings = {};
  @state() private preview: SheetsPreview | undefined;
  @state() private problem: Problem | undefined;
  /** Somebody has asked to import; it is done when everything is here. */
  @state() private isAsked = false;
  @state() private finished: string | undefined;
  private readonly acting = new Action(this);
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
    if (this.uploads) this.follow(this.uploads);
  }

  /** Finds the import that this person has begun here and not finished. */
  private async goOn(): Promise<void> {
    const { app, campaign } = this;
    if (!app || !campaign) return;
    try {
      const open = await findOpenImport(app, campaign.id);
      if (!open || this.campaign?.id !== campaign.id || this.uploads) return;
      (await this.use(open.found.import_id)).know(open.files);
      this.settings = open.found.settings;
      if (open.found.failure) this.problem = problemOfFailure(open.found.failure);
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** What uploads is loaded by itself: most people who open the console never need it. */
  private async use(importId: string): Promise<ImportUploads> {
    const { app, campaign } = this;
    if (!app || !campaign) throw new ShownError('The campaign is not loaded yet.');
    const { uploadsOf } = await import('./campaign-uploads.ts');
    const uploads = uploadsOf({ session: app.session, endpoint: campaign.uploads_path, importId });
    this.follow(uploads);
    return uploads;
  }

  private follow(uploads: ImportUploads): void {
    this.unlisten?.();
    this.uploads = uploads;
    this.unlisten = uploads.listen(this.changed);
  }

  private forget(): void {
    this.unlisten?.();
    this.uploads = undefined;
    this.preview = undefined;
    this.previewed = '';
    this.problem = undefined;
    this.isAsked = false;
    this.settings = {};
  }

  private readonly changed = (): void => {
    this.requestUpdate();
    this.planPreview();
    if (this.isAsked && this.uploads && !this.uploads.isBusy) void this.finish();
  };

  private readonly add = async ({ detail: files }: CustomEvent<DroppedFile[]>): Promise<void> => {
    this.finished = undefined;
    await this.acting.run(async () => {
      const { app, campaign } = this;
      if (!app || !campaign) return;
      const uploads =
        this.uploads ??
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
    const { uploads } = this;
    const items = uploads?.taken() ?? [];
    const sheets = items.filter(({ kind, state }) => kind === 'sheet' && state === 'here');
    const names = items.filter(({ kind }) => kind === 'audio').map(({ name }) => name);
    const asked = JSON.stringify([sheets.map(({ key }) => key), names, this.settings]);
    if (asked === this.previewed) return;
    this.previewed = asked;
    clearTimeout(this.previewing);
    if (sheets.length === 0) this.preview = undefined;
    else this.previewing = setTimeout(() => void this.loadPreview(names, asked), previewAfterMs);
  }

  private async loadPreview(names: string[], asked: string): Promise<void> {
    const { app, uploads, settings } = this;
    if (!app || !uploads) return;
    try {
      const preview = await app.api.campaigns.previewSheets.mutate({ id: uploads.importId, names, settings });
      if (this.previewed === asked) this.preview = preview;
    } catch (error) {
      if (this.previewed === asked) this.problem = problemOf(error);
    }
  }

  private readonly ask = (): void => {
    this.problem = undefined;
    if (this.uploads?.isBusy) this.isAsked = true;
    else void this.finish();
  };

  private async finish(): Promise<void> {
    const { app, uploads, settings } = this;
    if (!app || !uploads) return;
    this.isAsked = false;
    const { importId } = uploads;
    const isDone = await this.acting.run(async () => {
      await app.api.campaigns.finishImport.mutate({ id: importId, settings, without_unfinished: true });
    });
    if (!isDone) return;
    uploads.end();
    this.forget();
    this.finished = importId;
    app.changes.announce('campaigns', 'list');
  }

  private readonly discard = async (): Promise<void> => {
    const { app, uploads } = this;
    if (!app || !uploads) return;
    const isDone = await this.acting.run(async () => {
      await app.api.campaigns.cancelImport.mutate({ id: uploads.importId });
    });
    if (!isDone) return;
    uploads.end();
    this.forget();
    app.changes.announce('campaigns', 'list');
  };

  /** It ended in a way that somebody has to mend: it is open again. */
  private readonly reopened = ({ detail: found }: CustomEvent<CampaignImport>): void => {
    if (this.finished !== found.import_id) return;
    this.finished = undefined;
    void this.goOn();
  };

  private renderWords(uploads: ImportUploads): TemplateResult {
    const { files, here, bytes: all, sent, bytesPerSecond } = uploads.progress;
    const left = uploads.isBusy ? timeLeft(all - sent, bytesPerSecond) : '';
    const isBroken = [...uploads.items.values()].some(({ state }) => state === 'broken');
    return html`<div class="words">
      <p role="status"><strong>${count(here)} of ${counted(files, 'file')}</strong> uploaded</p>
      <p class="soft small">
        ${bytes(sent)} of ${bytes(all)}${left ? html`, ${left}` : nothing}${
          isBroken ? '. The connection is interrupted; it goes on by itself' : nothing
        }${uploads.isPaused ? '. Paused' : nothing}
      </p>
    </div>`;
  }

  private renderPause(uploads: ImportUploads): TemplateResult | typeof nothing {
    const isHeld = [...uploads.items.values()].some(({ state }) => state === 'paused');
    if (isHeld || uploads.isPaused)
      return html`<button class="button" type="button" @click=${() => uploads.resume()}>${icon('play', 16)} Go on</button>`;
    if (!uploads.isBusy) return nothing;
    return html`<button class="button" type="button" @click=${() => uploads.pause()}>${icon('pause', 16)} Pause</button>`;
  }

  private renderImport(uploads: ImportUploads): TemplateResult {
    const calls = uploads.taken().filter(({ kind, state }) => kind === 'audio' && state !== 'missing').length;
    if (this.isAsked)
      return html`<span class="soft">Imports when all files are here …</span>
        <button
          class="button"
          type="button"
          @click=${() => {
            this.isAsked = false;
          }}
        >
          Not yet
        </button>`;
    return html`<button class="button primary" type="button" ?disabled=${calls === 0 || this.acting.isBusy} @click=${this.ask}>
      ${this.acting.isBusy ? 'Working …' : `Import ${counted(calls, 'call')}`}
    </button>`;
  }

  private renderOpen(app: AppContext, campaign: Campaign, uploads: ImportUploads): TemplateResult {
    const { sent, bytes: all } = uploads.progress;
    const { problem } = this.acting;
    const missing = [...uploads.items.values()].filter(({ state }) => state === 'missing').length;
    return html`<progress class="whole" max=${all || 1} .value=${sent} aria-label="Progress of all files"></progress>
      <div class="foot">
        ${this.renderWords(uploads)} ${this.renderPause(uploads)}
        <button class="button" type="button" ?disabled=${this.acting.isBusy} @click=${this.discard}>Discard</button>
        ${this.renderImport(uploads)}
      </div>
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
          .value=${this.settings}
          .inherited=${campaign.settings.defaults}
          .zone=${app.zone}
          .problem=${problem?.field ? { field: problem.field, message: messageAtField(problem) } : undefined}
          @change=${({ detail }: CustomEvent<ImportSettings>) => {
            this.settings = detail;
            this.planPreview();
          }}
        ></cqa-campaign-metadata>
        <p class="soft small">What a CSV says of a recording wins over the form.</p>
      </div>`;
  }

  override render() {
    const { app, campaign, uploads } = this;
    if (!app || !campaign) return nothing;
    const isOpen = uploads !== undefined && uploads.items.size > 0;
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
        <cqa-problem .problem=${this.acting.problem ?? this.problem}></cqa-problem>
        ${isOpen ? this.renderOpen(app, campaign, uploads) : nothing}
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-import': CampaignImportElement;
  }
}
