import { css, html, LitElement, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CheckResult } from '../../shared/connector.ts';
import type { Problem } from '../api/problem.ts';
import type { Preview, UnsavedConnector } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/check-steps.ts';
import '../parts/loading.ts';
import './connector-preview.ts';

/** Trying a connector before it is saved: Test connection, and the first rows. What was learnt is of one config alone. */
export class ConnectorTrial {
  private app: AppContext | undefined;
  private unsaved: UnsavedConnector | undefined;
  private readonly checking: Resource<CheckResult | undefined>;
  private readonly previewing: Resource<Preview | undefined>;

  constructor(host: ReactiveControllerHost) {
    this.checking = new Resource(
      host,
      async (signal) => this.unsaved && this.app?.api.connectors.checkConfig.mutate(this.unsaved, { signal }),
    );
    this.previewing = new Resource(
      host,
      async (signal) => this.unsaved && this.app?.api.connectors.preview.mutate(this.unsaved, { signal }),
    );
  }

  async check(app: AppContext, unsaved: UnsavedConnector): Promise<void> {
    this.app = app;
    this.unsaved = unsaved;
    this.checking.clear();
    await this.checking.load();
  }

  async readPreview(app: AppContext, unsaved: UnsavedConnector): Promise<void> {
    this.app = app;
    this.unsaved = unsaved;
    this.previewing.clear();
    await this.previewing.load();
  }

  /** For another config than the one that was tried: an answer still under way is not waited for. */
  clear(): void {
    this.checking.clear();
    this.previewing.clear();
  }

  get isChecking(): boolean {
    return this.checking.isLoading;
  }

  get isPreviewing(): boolean {
    return this.previewing.isLoading;
  }

  get result(): CheckResult | undefined {
    return this.checking.value;
  }

  get preview(): Preview | undefined {
    return this.previewing.value;
  }

  get problem(): Problem | undefined {
    return this.checking.problem ?? this.previewing.problem;
  }

  /** The host key that the server showed at the test. */
  get seenHostKey(): string | undefined {
    const seen = this.result?.details.host_key;
    return typeof seen === 'string' ? seen : undefined;
  }
}

/**
 * What trying a connector has shown, below its form.
 * @fires pin the host key that was seen shall be the one
 */
@customElement('cqa-connector-trial')
export class ConnectorTrialElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) result: CheckResult | undefined;
  @property({ type: Boolean }) isChecking = false;
  @property({ attribute: false }) preview: Preview | undefined;
  @property({ type: Boolean }) isPreviewing = false;
  /** A host key was seen, and none is pinned: the same offer as at the field, where the eye is after a test. */
  @property() hostKey: string | undefined;

  async reveal(selector: string): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector(selector)?.scrollIntoView({ block: 'nearest' });
  }

  private renderPin(hostKey: string): TemplateResult {
    return html`<div class="row">
      <button
        class="button small"
        type="button"
        @click=${() => this.dispatchEvent(new CustomEvent('pin', { detail: hostKey }))}
      >
        ${icon('lock', 15)} Pin this host key
      </button>
      <span class="soft small break"><code>${hostKey}</code></span>
    </div>`;
  }

  override render() {
    const { result, isChecking, preview, isPreviewing, hostKey } = this;
    return html`${
      isChecking || result ? html`<cqa-check-steps .busy=${isChecking} .result=${result}></cqa-check-steps>` : nothing
    }
    ${hostKey ? this.renderPin(hostKey) : nothing}
    ${isPreviewing ? html`<cqa-loading lines="2" label="Reading the first rows"></cqa-loading>` : nothing}
    ${preview ? html`<cqa-connector-preview .preview=${preview}></cqa-connector-preview>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-trial': ConnectorTrialElement;
  }
}
