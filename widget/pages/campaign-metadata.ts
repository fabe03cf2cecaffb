import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConversationDefaults, ImportSettings } from '../../shared/campaign.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';

type TextName = 'agent_name' | 'agent_email' | 'team_name' | 'language' | 'channel_type';

const fields: { name: TextName; label: string; example: string; type?: string; list?: string[] }[] = [
  { name: 'agent_name', label: 'Agent', example: 'Asha Rao' },
  { name: 'agent_email', label: 'Agent’s e-mail', example: 'asha@example.com', type: 'email' },
  { name: 'team_name', label: 'Team', example: 'North' },
  { name: 'language', label: 'Language', example: 'en' },
  { name: 'channel_type', label: 'Channel', example: 'VOICE', list: ['VOICE', 'CHAT', 'EMAIL', 'SMS', 'WHATSAPP'] },
];

/**
 * What conversations are given as metadata: fields that every conversation has, and key and value of one's own choice.
 * @fires change - with the new settings as its detail
 */
@customElement('cqa-campaign-metadata')
export class CampaignMetadataElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
        gap: var(--space-3) var(--space-4);
      }
      .pairs {
        display: grid;
        gap: var(--space-2);
        margin-top: var(--space-4);
      }
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr) auto;
        gap: var(--space-2);
        max-width: 640px;
      }
    `,
  ];

  @property({ attribute: false }) value: ImportSettings = {};
  /** What holds where a field is left empty. */
  @property({ attribute: false }) inherited: ConversationDefaults = {};
  /** When the conversations began; named with the zone that it is read in. */
  @property() zone: string | undefined;
  /** The field at fault, and why. */
  @property({ attribute: false }) problem: { field: string; message: string } | undefined;
  /** As they stand in the form: a key that is not written yet is none of the metadata. */
  @state() private pairs: [string, string][] = [];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('value')) return;
    const written = JSON.stringify(metadataOf(this.pairs));
    if (written !== JSON.stringify(this.value.metadata ?? {})) this.pairs = Object.entries(this.value.metadata ?? {});
  }

  private emit(change: Partial<ImportSettings>): void {
    this.dispatchEvent(new CustomEvent('change', { detail: { ...this.value, ...change } }));
  }

  private setPairs(pairs: [string, string][]): void {
    this.pairs = pairs;
    this.emit({ metadata: metadataOf(pairs) });
  }

  private renderField({ name, label, example, type, list }: (typeof fields)[number]): TemplateResult {
    const problem = this.problem?.field.endsWith(name) ? this.problem.message : undefined;
    const inherited = this.inherited[name];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        class="input"
        type=${type ?? 'text'}
        maxlength="191"
        autocomplete="off"
        list=${list ? `${name}-list` : nothing}
        placeholder=${inherited || `such as ${example}`}
        aria-invalid=${problem ? 'true' : 'false'}
        .value=${this.value[name] ?? ''}
        @input=${(event: Event) => this.emit({ [name]: (event.target as HTMLInputElement).value })}
      />
      ${list ? html`<datalist id="${name}-list">${list.map((word) => html`<option value=${word}></option>`)}</datalist>` : nothing}
      ${inherited ? html`<span class="hint">Empty: ${inherited}, from the campaign</span>` : nothing}
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  private renderTime(zone: string): TemplateResult {
    return html`<div class="field">
      <label for="time">Date and time</label>
      <input
        id="time"
        class="input"
        type="datetime-local"
        .value=${this.value.start_time ?? ''}
        @input=${(event: Event) => this.emit({ start_time: (event.target as HTMLInputElement).value })}
      />
      <span class="hint">When the conversations began, in ${zone}. Empty: now</span>
    </div>`;
  }

  private renderPair([key, value]: [string, string], index: number): TemplateResult {
    const change = (pair: [string, string]) => this.setPairs(this.pairs.map((old, i) => (i === index ? pair : old)));
    return html`<div class="pair">
      <input
        class="input"
        aria-label="Key ${index + 1}"
        placeholder="queue"
        maxlength="120"
        .value=${key}
        @input=${(event: Event) => change([(event.target as HTMLInputElement).value, value])}
      />
      <input
        class="input"
        aria-label="Value ${index + 1}"
        placeholder="Orders"
        maxlength="500"
        .value=${value}
        @input=${(event: Event) => change([key, (event.target as HTMLInputElement).value])}
      />
      <button
        class="button quiet icon"
        type="button"
        aria-label="Remove ${key || `pair ${index + 1}`}"
        @click=${() => this.setPairs(this.pairs.filter((_, i) => i !== index))}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  override render() {
    const inherited = Object.entries(this.inherited.metadata ?? {}).filter(([key]) => !(key in metadataOf(this.pairs)));
    return html`<div class="fields">
        ${fields.map((field) => this.renderField(field))} ${this.zone ? this.renderTime(this.zone) : nothing}
      </div>
      <div class="pairs">
        ${this.pairs.map((pair, index) => this.renderPair(pair, index))}
        ${
          inherited.length > 0
            ? html`<p class="soft small break">
              From the campaign: ${inherited.map(([key, value]) => `${key} = ${value}`).join(', ')}
            </p>`
            : nothing
        }
        <div>
          <button
            class="button small"
            type="button"
            @click=${() => {
              this.pairs = [...this.pairs, ['', '']];
            }}
          >
            ${icon('plus', 15)} Add a value of your own
          </button>
        </div>
      </div>`;
  }
}

function metadataOf(pairs: [string, string][]): Record<string, string> {
  return Object.fromEntries(
    pairs.filter(([key, value]) => key.trim() !== '' && value !== '').map(([key, value]) => [key.trim(), value]),
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-metadata': CampaignMetadataElement;
  }
}
