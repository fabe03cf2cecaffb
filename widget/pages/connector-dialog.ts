import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Direction } from '../../shared/connector.ts';
import { messageAtField, type Problem } from '../api/problem.ts';
import type { Connector, ConnectorType, UnsavedConnector } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import type { FormSupport } from '../form/element.ts';
import type { FormElement } from '../form/form.ts';
import { isAsTried } from '../form/tried.ts';
import type { Values } from '../form/values.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { connectorDialogStyles } from './connector-dialog.styles.ts';
import {
  type ConnectorDraft,
  draftOf,
  draftWithChanges,
  handedOn,
  isOtherDraft,
  missingInDraft,
  offeredHostKey,
  placeOf,
  readConnector,
  unsavedOf,
  withHostKey,
  writeDraft,
} from './connector-draft.ts';
import { formButtons, headingOf, nameField, notSaved, readiness, savedWords, trialOf } from './connector-parts.ts';
import { ConnectorTrial, type ConnectorTrialElement } from './connector-trial.ts';
import '../form/form.ts';
import '../parts/dialog.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './connector-type-picker.ts';

/**
 * New connector: type → form → Test connection in place → save; then the public half of a key pair, where one was made.
 * With `connector` it edits that one.
 * @fires close
 */
@customElement('cqa-connector-dialog')
export class ConnectorDialogElement extends LitElement {
  static override styles = [base, controls, connectorDialogStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) direction: Direction | undefined;
  /** The one to edit. */
  @property({ attribute: false }) connector: Connector | undefined;
  /** The same, read again since. The property stays the page's, which sets it anew each time it draws itself. */
  @state() private loaded: Connector | undefined;
  @state() private draft: ConnectorDraft | undefined;
  @state() private missing: Record<string, string> = {};
  @state() private saved: Connector | undefined;
  /** The form as it opened. */
  private atFirst: ConnectorDraft | undefined;

  private readonly types = new Resource(this, async (signal) =>
    this.app?.api.connectorTypes.list.query(undefined, { signal }),
  );
  private readonly trial = new ConnectorTrial(this);
  private readonly saving = new Action(this);
  private readonly reading = new Action(this);

  private get current(): Connector | undefined {
    return this.loaded ?? this.connector;
  }

  protected override firstUpdated(): void {
    void this.types.load();
  }

  protected override willUpdate(): void {
    const { current: connector, draft } = this;
    const type = connector && this.types.value?.find((candidate) => candidate.id === connector.type);
    if (connector && type && !draft) this.begin(draftOf(type, connector.direction, connector));
  }

  private begin(draft: ConnectorDraft): void {
    this.draft = draft;
    this.atFirst = draft;
  }

  /** The card that had the focus is gone; the form's first field takes it. */
  private readonly pick = async (event: CustomEvent<{ type: ConnectorType; direction: Direction }>): Promise<void> => {
    this.begin(draftOf(event.detail.type, event.detail.direction));
    await this.updateComplete;
    this.show('name');
  };

  private get isChanged(): boolean {
    const { draft, saved } = this;
    return draft !== undefined && this.atFirst !== undefined && !saved && isOtherDraft(draft, this.atFirst);
  }

  private get kept(): ReadonlySet<string> {
    return new Set(this.current?.kept_secrets ?? []);
  }

  private edit(change: Partial<ConnectorDraft>): void {
    const { draft } = this;
    if (!draft) return;
    this.draft = { ...draft, ...change };
    if (!isAsTried(draft.fields, draft.values, this.draft.values, this.trial.seenHostKey)) this.trial.clear();
    this.missing = {};
    this.saving.problem = undefined;
  }

  /** Says at the fields what is missing. True when nothing is. */
  private isComplete(draft: ConnectorDraft, isToBeSaved: boolean): boolean {
    this.missing = missingInDraft(draft, this.kept, isToBeSaved);
    const [first] = Object.keys(this.missing);
    if (first !== undefined) this.show(first);
    return first === undefined;
  }

  private show(path: string): void {
    if (path === 'name') this.renderRoot.querySelector<HTMLInputElement>('#name')?.focus();
    else this.renderRoot.querySelector<FormElement>('cqa-form')?.show(path);
  }

  /** What the server tries before anything is saved; undefined where something must be filled in first. */
  private readUnsaved(): UnsavedConnector | undefined {
    const { draft, current: connector } = this;
    return draft && this.isComplete(draft, false) ? unsavedOf(draft, connector) : undefined;
  }

  private readonly check = (): Promise<void> =>
    this.tryOut((app, unsaved) => this.trial.check(app, unsaved), 'cqa-check-steps', 'cqa-check-steps');

  private readonly readPreview = (): Promise<void> =>
    this.tryOut((app, unsaved) => this.trial.readPreview(app, unsaved), 'cqa-loading', 'cqa-connector-preview');

  /** The eye follows: to what says that it is under way, then to the answer or to the field that is wrong. */
  private async tryOut(
    begin: (app: AppContext, unsaved: UnsavedConnector) => Promise<void>,
    underWay: string,
    answer: string,
  ): Promise<void> {
    const { app } = this;
    const unsaved = this.readUnsaved();
    if (!app || !unsaved) return;
    const ended = begin(app, unsaved);
    await this.reveal(underWay);
    await ended;
    await this.reveal(answer);
    await this.showProblem(this.trial.problem);
  }

  private async reveal(selector: string): Promise<void> {
    await this.updateComplete;
    await this.renderRoot.querySelector<ConnectorTrialElement>('cqa-connector-trial')?.reveal(selector);
  }

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, draft, current: connector } = this;
    if (!app || !draft || !this.isComplete(draft, true)) return;
    const isDone = await this.saving.run(async () => {
      const uid = await writeDraft(app, draft, connector);
      app.say(`${draft.name} is saved.`);
      app.changes.announce('connectors', uid);
      // What is to be handed on stands on the connector's card too: where it cannot be read here, nothing is lost.
      await this.reading.run(async () => {
        this.saved = await readConnector(app, draft.direction, uid);
      });
    });
    if (!isDone) return this.showProblem(this.saving.problem);
    if (this.toHandOn.length === 0) return this.close();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.done')?.focus();
  };

  /** Somebody else has saved meanwhile: the connector as it is now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const { app, current: connector, draft, atFirst } = this;
    if (!app || !connector || !draft || !atFirst) return;
    const isDone = await this.saving.run(async () => {
      this.loaded = { ...connector, ...(await app.api.connectors.get.query({ uid: connector.uid })) };
      this.begin(draftOf(draft.type, draft.direction, this.loaded));
      if (keepsChanges && this.atFirst) this.draft = draftWithChanges(this.atFirst, draft, atFirst);
      this.trial.clear();
    });
    if (isDone) this.show('name');
  };

  private get toHandOn(): [string, string][] {
    return this.saved && this.draft ? handedOn(this.saved, this.draft) : [];
  }

  private async showProblem(problem: Problem | undefined): Promise<void> {
    await this.updateComplete;
    const path = this.placeOf(problem);
    if (path !== undefined) this.show(path);
  }

  private placeOf(problem: Problem | undefined): string | undefined {
    return placeOf(problem, this.renderRoot.querySelector<FormElement>('cqa-form')?.paths ?? []);
  }

  private get problems(): Record<string, string> {
    const problem = this.saving.problem ?? this.trial.problem;
    const path = this.placeOf(problem);
    return problem && path !== undefined ? { [path]: messageAtField(problem), ...this.missing } : this.missing;
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private readonly pin = ({ detail }: CustomEvent<string>): void =>
    this.draft && this.edit({ values: withHostKey(this.draft, detail) });

  private renderForm(draft: ConnectorDraft): TemplateResult {
    const support: FormSupport = { kept: this.kept, seenHostKey: this.trial.seenHostKey, problems: this.problems };
    const general = this.saving.problem ?? this.trial.problem;
    return html`<form id="connector" class="stack" novalidate @submit=${this.save}>
      ${readiness(draft, this.app, this.current)}${nameField(draft.name, this.problems.name, (name) => this.edit({ name }))}
      <cqa-form
        .fields=${draft.fields}
        .values=${draft.values}
        .support=${support}
        @value-changed=${(event: CustomEvent<{ value: Values }>) => this.edit({ values: event.detail.value })}
      ></cqa-form>
      ${trialOf(this.trial, offeredHostKey(draft, this.trial.seenHostKey), this.pin)}
      ${notSaved(this.placeOf(general) === undefined ? general : undefined, this.saving.isBusy, this.loadNow)}
    </form>`;
  }

  private renderBody(): TemplateResult {
    if (this.saved) return savedWords(this.saved, this.toHandOn);
    if (this.draft) return this.renderForm(this.draft);
    if (this.types.problem)
      return html`<cqa-problem .problem=${this.types.problem} .again=${this.types.load}></cqa-problem>`;
    if (!this.types.value || this.current) return html`<cqa-loading></cqa-loading>`;
    return html`<cqa-connector-type-picker
      .types=${this.types.value}
      .direction=${this.direction}
      @pick=${this.pick}
    ></cqa-connector-type-picker>`;
  }

  private renderActions(): TemplateResult {
    if (this.saved) return html`<button slot="actions" class="button primary done" @click=${this.close}>Done</button>`;
    if (!this.draft)
      return html`<button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>`;
    const { check, readPreview } = this;
    return formButtons(this.draft, this.trial, { check, readPreview, isSaving: this.saving.isBusy });
  }

  override render() {
    return html`<cqa-dialog .heading=${headingOf(this.draft, this.current)} .isChanged=${this.isChanged} @close=${this.close}>
      ${this.renderBody()}${this.renderActions()}
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-dialog': ConnectorDialogElement;
  }
}
