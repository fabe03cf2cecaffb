import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Aftermath } from '../../shared/execution.ts';
import { base } from '../style/base.ts';
import { count } from '../words/numbers.ts';

interface Progress {
  done: number;
  failed: number;
  open: number;
}

/** What became of the interactions that an import brought: their recordings and analyses so far. */
@customElement('cqa-execution-aftermath')
export class ExecutionAftermathElement extends LitElement {
  static override styles = [
    base,
    css`
      .list {
        display: grid;
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
      .progress {
        display: grid;
        grid-template-columns: 90px minmax(80px, 1fr) minmax(150px, auto);
        gap: var(--space-3);
        align-items: center;
      }
      .track {
        display: flex;
        height: 8px;
        border-radius: var(--radius-full);
        background: var(--idle-soft);
        overflow: hidden;
      }
      .track div {
        transition: inline-size var(--calm);
      }
      .done {
        background: var(--accent);
      }
      .lost {
        background: var(--bad);
      }
      .failed {
        color: var(--bad);
      }
      @media (max-width: 520px) {
        .progress {
          grid-template-columns: 1fr auto;
          gap: var(--space-1) var(--space-3);
        }
        .track {
          grid-column: 1 / -1;
          grid-row: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) aftermath: Aftermath | null = null;
  @property({ type: Boolean }) isStream = false;

  private get recordings(): Progress {
    const { here = 0, failed = 0, waiting = 0 } = this.aftermath?.recordings ?? {};
    return { done: here, failed, open: waiting };
  }

  private get analyses(): Progress {
    const { completed = 0, failed = 0, queued = 0, processing = 0 } = this.aftermath?.analyses ?? {};
    return { done: completed, failed, open: queued + processing };
  }

  /** Nothing came, or nothing of it has a recording or an analysis: no gap where it would stand. */
  protected override updated(): void {
    this.hidden = allOf(this.recordings) + allOf(this.analyses) === 0;
  }

  private renderProgress(name: string, progress: Progress): TemplateResult | typeof nothing {
    const { done, failed, open } = progress;
    const all = allOf(progress);
    if (all === 0) return nothing;
    const width = (part: number) => styleMap({ 'inline-size': `${(100 * part) / all}%` });
    return html`<div class="progress">
      <span class="strong">${name}</span>
      <div class="track" aria-hidden="true">
        <div class="done" style=${width(done)}></div>
        <div class="lost" style=${width(failed)}></div>
      </div>
      <span class="small"
        >${count(done)} of ${count(all)}${open > 0 ? `, ${count(open)} to come` : ''}${
          failed > 0 ? html`, <span class="failed">${count(failed)} failed</span>` : nothing
        }</span
      >
    </div>`;
  }

  override render() {
    const { isStream } = this;
    return html`<section class="card">
      <h3>What became of ${isStream ? 'these events' : 'it'} so far</h3>
      <p class="soft small">
        ${
          isStream
            ? 'Recordings and analyses follow once an event is stored; those that fail do not change the status of the day.'
            : 'Recordings and analyses follow after the import; they do not change its status.'
        }
      </p>
      <div class="list">
        ${this.renderProgress('Recordings', this.recordings)}${this.renderProgress('Analyses', this.analyses)}
      </div>
    </section>`;
  }
}

function allOf({ done, failed, open }: Progress): number {
  return done + failed + open;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-aftermath': ExecutionAftermathElement;
  }
}
