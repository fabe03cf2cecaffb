import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type LogLevel, logText } from '../../shared/execution-log.ts';
import type { LogLine } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { followDownload } from '../parts/follow-download.ts';
import { icon } from '../parts/icon.ts';
import { stateShape } from '../parts/status.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { logLevelWords } from '../words/execution.ts';
import { counted } from '../words/numbers.ts';
import { clockTimeInZone, dayInZone, exactInstant } from '../words/time.ts';
import { executionLogStyles } from './execution-log.styles.ts';
import '../parts/problem.ts';

/** Which lines are shown: of this level and of those above it. */
const shownFrom: Record<LogLevel, readonly LogLevel[]> = {
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
};
const choiceWords: Record<LogLevel, string> = { info: 'All lines', warn: 'Warnings and errors', error: 'Errors' };

/** How near to its end a box counts as being there. */
const endPx = 24;

/** What a run said of itself, for people: live while it goes on, by level, and as a text file. */
@customElement('cqa-execution-log')
export class ExecutionLogElement extends LitElement {
  static override styles = [base, controls, executionLogStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  /** The newest line that there is, as far as is known; 0 for not known. */
  @property({ type: Number }) newest = 0;
  @property({ type: Boolean }) isOver = false;
  @state() private level: LogLevel = 'info';
  private lines: readonly LogLine[] = [];
  private isAtEnd = true;
  private readonly log = new Resource(this, async (signal) => {
    const after = this.isOver ? 0 : (this.lines.at(-1)?.id ?? 0);
    const answer = await this.app?.api.executions.log.query({ id: this.executionId, after }, { signal });
    const fresh = answer?.lines ?? [];
    // Once it is over all of them are read: a line of another process may have come in between.
    this.lines = after === 0 ? fresh : [...this.lines, ...fresh];
    return this.lines;
  });

  protected override willUpdate(changed: Map<string, unknown>): void {
    const box = this.renderRoot?.querySelector?.('.box');
    this.isAtEnd = !box || box.scrollTop + box.clientHeight >= box.scrollHeight - endPx;
    if (!this.app) return;
    if (changed.has('app') || changed.has('executionId')) {
      this.lines = [];
      this.log.clear();
      this.log.follow(this.app.changes, ['executions'], 1000);
    } else if (changed.has('isOver')) void this.log.load();
    else if (changed.has('newest')) this.log.loadSoon();
  }

  /** Whoever reads at the end of a run under way is kept there; nobody else's place moves. */
  protected override updated(): void {
    const box = this.renderRoot.querySelector('.box');
    if (box && this.isAtEnd && !this.isOver) box.scrollTop = box.scrollHeight;
  }

  private readonly download = (): void => {
    const url = URL.createObjectURL(new Blob([logText(this.lines)], { type: 'text/plain' }));
    followDownload(url, `execution-${this.executionId}.txt`);
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };

  private renderChoice(): TemplateResult {
    return html`<label class="choice small"
      >Show
      <select
        class="input compact"
        @change=${(event: Event) => {
          this.level = (event.target as HTMLSelectElement).value as LogLevel;
        }}
      >
        ${(['info', 'warn', 'error'] as const).map(
          (level) =>
            html`<option value=${level} .selected=${level === this.level}>
              ${choiceWords[level]} (${this.lines.filter((line) => shownFrom[level].includes(line.level)).length})
            </option>`,
        )}
      </select>
    </label>`;
  }

  private renderLine(zone: string, { at, level, message }: LogLine): TemplateResult {
    const { word, tone, shape } = logLevelWords[level];
    return html`<li class=${tone}>
      <time class="number soft" datetime=${at} title=${exactInstant(at, zone)}>${clockTimeInZone(at, zone)}</time>
      <span class="level">${shape ? stateShape(shape) : nothing}${word}</span>
      <span class="break message">${message}</span>
    </li>`;
  }

  private renderLines(zone: string, lines: readonly LogLine[]): TemplateResult {
    if (lines.length === 0)
      return html`<p class="soft small">${this.lines.length > 0 ? 'No line of this kind.' : this.isOver ? 'It said nothing.' : 'It has said nothing yet.'}</p>`;
    return html`<div class="box" role="region" aria-label="Lines of the log" tabindex="0">
      <ol>
        ${repeat(
          lines,
          ({ id }) => id,
          (line, index) => {
            const day = dayInZone(line.at, zone);
            const before = lines[index - 1];
            const isOtherDay = before ? dayInZone(before.at, zone) !== day : true;
            return html`${isOtherDay ? html`<li class="day soft small">${day}</li>` : nothing}${this.renderLine(zone, line)}`;
          },
        )}
      </ol>
    </div>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { problem, value, load } = this.log;
    const lines = this.lines.filter(({ level }) => shownFrom[this.level].includes(level));
    return html`<section class="card" aria-labelledby="title">
      <div class="row top">
        <h3 id="title" class="grow">Log</h3>
        ${this.renderChoice()}
        <button class="button small" type="button" ?disabled=${this.lines.length === 0} @click=${this.download}>
          ${icon('download', 15)} Download as text
        </button>
      </div>
      <cqa-problem what="The log could not be read" .problem=${problem} .again=${load}></cqa-problem>
      ${value ? this.renderLines(app.zone, lines) : nothing}
      <p class="visually-hidden" role="status">${this.isOver && value ? `The log has ${counted(this.lines.length, 'line')}` : nothing}</p>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-log': ExecutionLogElement;
  }
}
