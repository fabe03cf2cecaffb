import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CheckResult, CheckStep } from '../../shared/connector.ts';
import { base } from '../style/base.ts';
import { icon } from './icon.ts';

/** What Test connection did, step by step, in words. */
@customElement('cqa-check-steps')
export class CheckStepsElement extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        padding: var(--space-3);
        font-size: var(--size-s);
      }
      ol {
        display: grid;
        gap: var(--space-2);
      }
      li {
        display: flex;
        gap: var(--space-2);
      }
      li > svg {
        flex: none;
        margin-top: 1px;
        color: var(--good);
      }
      li.warning > svg,
      .end.warning {
        color: var(--warn);
      }
      li.failed > svg {
        color: var(--bad);
      }
      .busy {
        display: flex;
        gap: var(--space-2);
        align-items: center;
      }
      .spinner {
        width: 16px;
        height: 16px;
        border: 2px solid var(--line-strong);
        border-top-color: var(--accent);
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      .end {
        margin-top: var(--space-3);
        padding-top: var(--space-2);
        border-top: 1px solid var(--line);
        font-weight: 600;
      }
      .end.good {
        color: var(--good);
      }
      .end.bad {
        color: var(--bad);
      }
      ul {
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) result: CheckResult | undefined;
  @property({ type: Boolean }) busy = false;

  /** Lists that the message does not tell already: the first file names. */
  private renderDetail(name: string, value: unknown, told: string): TemplateResult | typeof nothing {
    const lines = Array.isArray(value) ? value.map(String).filter((line) => !told.includes(line)) : [];
    if (lines.length === 0) return nothing;
    return html`<ul aria-label=${name}>
      ${lines.slice(0, 3).map((line) => html`<li><code class="break">${line}</code></li>`)}
    </ul>`;
  }

  private renderStep(step: CheckStep): TemplateResult {
    const { tone, shape, word } = outcomes[outcomeOf(step)];
    return html`<li class=${tone}>
      ${icon(shape, 17)}
      <div class="grow break">
        <span class="strong">${step.title}</span><span class="visually-hidden">: ${word}</span>
        ${step.message ? html`<br /><span class="soft">${step.message}</span>` : nothing}
        ${Object.entries(step.details ?? {}).map(([name, value]) => this.renderDetail(name, value, step.message))}
      </div>
    </li>`;
  }

  override render() {
    if (this.busy)
      return html`<div class="box busy" role="status"><span class="spinner"></span>Testing the connection …</div>`;
    if (!this.result) return nothing;
    const { ok, steps, message } = this.result;
    const hasWarning = steps.some((step) => outcomeOf(step) === 'warning');
    const good = hasWarning ? 'The connection can be used, but look at the warning above first.' : message;
    return html`<div class="box" role="status">
      <ol>${steps.map((step) => this.renderStep(step))}</ol>
      <p class="end ${ok ? (hasWarning ? 'warning' : 'good') : 'bad'}">${ok ? good : 'It does not work yet. Change what is said above and test again.'}</p>
    </div>`;
  }
}

const outcomes = {
  done: { tone: '', shape: 'check', word: 'done' },
  warning: { tone: 'warning', shape: 'warning', word: 'done, with a warning' },
  failed: { tone: 'failed', shape: 'close', word: 'failed' },
} as const;

function outcomeOf({ ok, details }: CheckStep): keyof typeof outcomes {
  if (!ok) return 'failed';
  return details?.warning === undefined ? 'done' : 'warning';
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-check-steps': CheckStepsElement;
  }
}
