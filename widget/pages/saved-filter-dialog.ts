import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField, ShownError } from '../api/problem.ts';
import type { RowFilter, SavedFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { isFiltered, isSameFilter } from './analyses-filter.ts';
import { type FilterNames, partsOf } from './analyses-filter-parts.ts';
import '../parts/dialog.ts';
import '../parts/not-saved.ts';

/**
 * Saves the list's filter under a name. With `saved` it renames that one, shares it, or gives it the list's filter.
 * @fires close
 */
@customElement('cqa-saved-filter-dialog')
export class SavedFilterDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 500px;
      }
      .holds {
        padding-left: var(--space-4);
        list-style: disc;
      }
      label.check {
        align-items: flex-start;
      }
      label.check input {
        margin-top: 3px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** The one to change. */
  @property({ attribute: false }) saved: SavedFilter | undefined;
  /** The same, read again since. The property stays the page's, which sets it anew each time it draws itself. */
  @state() private loaded: SavedFilter | undefined;
  /** The list's. */
  @property({ attribute: false }) filter: RowFilter = {};
  @property({ attribute: false }) names: FilterNames = { profiles: undefined, fields: undefined };
  @state() private name: string | undefined;
  @state() private isShared: boolean | undefined;
  /** Whether it gets the list's filter in place of its own. */
  @state() private takesFilter = false;
  @state() private missing = '';
  private readonly saving = new Action(this);

  private get current(): SavedFilter | undefined {
    return this.loaded ?? this.saved;
  }

  protected override async firstUpdated(): Promise<void> {
    await this.renderRoot.querySelector('cqa-dialog')?.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('#name')?.focus();
  }

  private get held(): RowFilter {
    return this.current && !this.takesFilter ? this.current.filter : this.filter;
  }

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, current: saved } = this;
    const name = (this.name ?? saved?.name ?? '').trim();
    this.missing = name === '' ? 'Give it a name.' : '';
    if (!app || name === '') return;
    const content = { name, is_shared: this.isShared ?? saved?.is_shared ?? false, filter: this.held };
    const isDone = await this.saving.run(async () => {
      if (saved) await app.api.savedFilters.update.mutate({ uid: saved.uid, version: saved.version, ...content });
      else await app.api.savedFilters.create.mutate(content);
    });
    if (!isDone) return;
    app.say(`${name} is saved.`);
    this.close();
  };

  /** Somebody else has saved meanwhile: the filter as it is now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    await this.saving.run(async () => {
      const all = await this.app?.api.savedFilters.list.query();
      const now = all?.find(({ uid }) => uid === this.current?.uid);
      if (!now) throw new ShownError('This saved filter is not there any more. Close this dialog to see which are.');
      this.loaded = now;
    });
    if (keepsChanges || this.saving.problem) return;
    this.name = undefined;
    this.isShared = undefined;
    this.takesFilter = false;
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private get problemOfName(): string {
    const { problem } = this.saving;
    return this.missing || (problem?.field === 'name' ? messageAtField(problem) : '');
  }

  private renderName(): TemplateResult {
    const problem = this.problemOfName;
    return html`<div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        class="input"
        maxlength="120"
        autocomplete="off"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="name.problem"
        .value=${this.name ?? this.current?.name ?? ''}
        @input=${(event: Event) => {
          this.name = (event.target as HTMLInputElement).value;
          this.missing = '';
          this.saving.problem = undefined;
        }}
      />
      ${problem ? html`<span id="name.problem" class="problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  /**
   * Agents keep theirs, and can end what they shared before they were agents; who only changes another's cannot take it
   * away from the others.
   */
  private renderShare(app: AppContext): TemplateResult | typeof nothing {
    if (app.me.user.role === 'agent' && !this.current?.is_shared) return nothing;
    const isOthers = this.current !== undefined && !this.current.is_own;
    return html`<label class="check">
      <input
        type="checkbox"
        aria-describedby="share.hint"
        ?disabled=${isOthers}
        .checked=${this.isShared ?? this.current?.is_shared ?? false}
        @change=${(event: Event) => {
          this.isShared = (event.target as HTMLInputElement).checked;
        }}
      />
      <span>
        Share it with everybody of ${app.me.account.name}
        <span id="share.hint" class="soft small" style="display: block">
          ${isOthers ? 'Only its owner can end that.' : 'Whoever applies it sees what he may see, and nothing else.'}
        </span>
      </span>
    </label>`;
  }

  private renderHeld(): TemplateResult {
    const parts = partsOf(this.held, this.names);
    return html`<div class="field">
      <span class="label">What it shows</span>
      <ul class="holds small">
        ${parts.length > 0 ? parts.map(({ words }) => html`<li class="break">${words}</li>`) : html`<li>Everything</li>`}
      </ul>
    </div>`;
  }

  private renderReplacement({ filter }: SavedFilter): TemplateResult | typeof nothing {
    if (!isFiltered(this.filter) || isSameFilter(filter, this.filter)) return nothing;
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${this.takesFilter}
        @change=${(event: Event) => {
          this.takesFilter = (event.target as HTMLInputElement).checked;
        }}
      />
      Give it the list's present filter
    </label>`;
  }

  private get isChanged(): boolean {
    return this.name !== undefined || this.isShared !== undefined || this.takesFilter;
  }

  override render() {
    const { app, current: saved } = this;
    if (!app) return nothing;
    const { problem, isBusy } = this.saving;
    return html`<cqa-dialog
      heading=${saved ? `Edit ${saved.name}` : 'Save the present filter'}
      .isChanged=${this.isChanged}
      @close=${this.close}
    >
      <form id="filter" class="stack" novalidate @submit=${this.save}>
        ${this.renderName()}${this.renderHeld()}${saved ? this.renderReplacement(saved) : nothing}
        ${this.renderShare(app)}
        <cqa-not-saved
          .problem=${this.problemOfName ? undefined : problem}
          ?busy=${isBusy}
          @load=${this.loadNow}
        ></cqa-not-saved>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="filter" ?disabled=${isBusy}>
        ${isBusy ? 'Saving …' : 'Save'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-saved-filter-dialog': SavedFilterDialogElement;
  }
}
