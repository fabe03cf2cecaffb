import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RowFilter, SavedFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { addressOf, isFiltered, isSameFilter } from './analyses-filter.ts';
import { type FilterNames, partsOf } from './analyses-filter-parts.ts';
import '../parts/confirm.ts';
import '../parts/drop-down.ts';
import '../parts/problem.ts';
import './saved-filter-dialog.ts';

type Dialog = { kind: 'save'; saved: SavedFilter | undefined } | { kind: 'remove'; saved: SavedFilter };

/** Filters under a name: applied, saved, renamed, shared and deleted. */
@customElement('cqa-saved-filter-menu')
export class SavedFilterMenuElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --drop-width: 380px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 2px;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .apply {
        display: grid;
        gap: 0;
        flex: 1;
        min-width: 0;
        padding: 6px var(--space-2);
        border: 0;
        border-radius: var(--radius-s);
        background: none;
        color: inherit;
        font: inherit;
        text-align: left;
        cursor: pointer;
      }
      .apply:hover,
      .apply[aria-pressed='true'] {
        background: var(--surface-hover);
      }
      .apply[aria-pressed='true'] .strong {
        color: var(--accent);
      }
      .save {
        margin-top: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** The list's. */
  @property({ attribute: false }) filter: RowFilter = {};
  @property({ attribute: false }) names: FilterNames = { profiles: undefined, fields: undefined };
  @state() private dialog: Dialog | undefined;
  private readonly filters = new Resource(this, async (signal) =>
    this.app?.api.savedFilters.list.query(undefined, { signal }),
  );
  private readonly removing = new Action(this);

  protected override firstUpdated(): void {
    void this.filters.load();
  }

  private get applied(): SavedFilter | undefined {
    return this.filters.value?.find(({ filter }) => isSameFilter(filter, this.filter));
  }

  private closeMenu(): void {
    this.renderRoot.querySelector('cqa-drop-down')?.close();
  }

  private apply({ filter }: SavedFilter): void {
    this.closeMenu();
    this.app?.go(addressOf(filter));
  }

  private open(dialog: Dialog): void {
    this.closeMenu();
    this.removing.problem = undefined;
    this.dialog = dialog;
  }

  private readonly close = (): void => {
    this.dialog = undefined;
    void this.filters.load();
  };

  private readonly removeSaved = async (): Promise<void> => {
    const { app } = this;
    if (!app || this.dialog?.kind !== 'remove') return;
    const { uid, name } = this.dialog.saved;
    const isDone = await this.removing.run(async () => {
      await app.api.savedFilters.remove.mutate({ uid });
    });
    if (!isDone) return;
    // The menu shows it no more when it opens again.
    await this.filters.load();
    app.say(`${name} is deleted.`);
    this.dialog = undefined;
  };

  private renderSaved(saved: SavedFilter): TemplateResult {
    const { name } = saved;
    const words = partsOf(saved.filter, this.names).map((part) => part.words);
    const button = (word: string, shape: 'edit' | 'trash', dialog: Dialog) => html`<button
      class="button quiet icon small"
      type="button"
      aria-label="${word} ${name}"
      title=${word}
      @click=${() => this.open(dialog)}
    >
      ${icon(shape, 15)}
    </button>`;
    return html`<li>
      <button
        class="apply"
        type="button"
        aria-label="Apply ${name}"
        aria-pressed=${saved === this.applied ? 'true' : 'false'}
        @click=${() => this.apply(saved)}
      >
        <span class="strong break">${name}</span>
        <span class="soft break">${ownership(saved)}${words.join(' · ') || 'everything'}</span>
      </button>
      ${
        saved.may_edit
          ? html`${button('Edit', 'edit', { kind: 'save', saved })}
            ${button('Delete', 'trash', { kind: 'remove', saved })}`
          : nothing
      }
    </li>`;
  }

  private renderList(): TemplateResult {
    const { value, problem, load } = this.filters;
    if (!value && problem) return html`<cqa-problem .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<p class="soft">Loading your filters …</p>`;
    if (value.length === 0)
      return html`<p class="soft">Filters that you save, and those that others share, stand here.</p>`;
    return html`<ul aria-label="Saved filters">${value.map((saved) => this.renderSaved(saved))}</ul>`;
  }

  private renderMenu(): TemplateResult {
    return html`<cqa-drop-down
      looks="button"
      .label=${this.applied ? 'Saved filters' : ''}
      .words=${this.applied?.name ?? 'Saved filters'}
      @open=${this.filters.load}
    >
      ${this.renderList()}
      <div class="save">
        ${
          isFiltered(this.filter)
            ? html`<button
              class="button small"
              type="button"
              @click=${() => this.open({ kind: 'save', saved: undefined })}
            >
              ${icon('plus', 15)}Save the present filter
            </button>`
            : html`<p class="soft">Filter the list to save a filter under a name.</p>`
        }
      </div>
    </cqa-drop-down>`;
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    const { dialog } = this;
    if (dialog?.kind === 'save')
      return html`<cqa-saved-filter-dialog
        .app=${app}
        .saved=${dialog.saved}
        .filter=${this.filter}
        .names=${this.names}
        @close=${this.close}
      ></cqa-saved-filter-dialog>`;
    if (dialog?.kind === 'remove')
      return html`<cqa-confirm
        heading="Delete ${dialog.saved.name}"
        .busy=${this.removing.isBusy}
        .problem=${this.removing.problem}
        @confirm=${this.removeSaved}
        @close=${this.close}
      >
        <p class="break">${loss(dialog.saved, app.me.account.name)} No conversation is touched.</p>
      </cqa-confirm>`;
    return nothing;
  }

  override render() {
    return this.app ? html`${this.renderMenu()}${this.renderDialog(this.app)}` : nothing;
  }
}

/** Who has it no more once it is deleted. */
function loss({ is_own: isOwn, is_shared: isShared, owner }: SavedFilter, account: string): string {
  if (!isShared) return 'Only you have it, and it is gone from your list.';
  const everybody = `everybody else of ${account}`;
  if (isOwn) return `You share it: it is gone for you and for ${everybody}.`;
  return owner === null
    ? `The account’s configuration made it: it is gone for you and for ${everybody}.`
    : `It belongs to ${owner}: it is gone for ${owner}, for you and for ${everybody}.`;
}

/** Whose it is, where that is not plain. */
function ownership({ is_own: isOwn, is_shared: isShared, owner }: SavedFilter): string {
  if (isOwn) return isShared ? 'shared · ' : '';
  return owner === null ? 'for everybody · ' : `shared by ${owner} · `;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-saved-filter-menu': SavedFilterMenuElement;
  }
}
