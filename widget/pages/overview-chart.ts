import { html, LitElement, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OverviewVolumes } from '../api/types.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import { calendarDay, compactCount, shortDay } from '../words/overview.ts';
import { chartStyles } from './overview-chart.styles.ts';
import { axisTicks, labelStride } from './overview-scale.ts';

type Day = OverviewVolumes['days'][number];
type Volumes = NonNullable<Day['volumes']>;
type Series = keyof Volumes;

const series: readonly { key: Series; title: string; meaning: string }[] = [
  { key: 'imported', title: 'Imported', meaning: 'Conversations that were stored' },
  { key: 'analysed', title: 'Analysed', meaning: 'Analyses that came to their end' },
  { key: 'rejected', title: 'Rejected', meaning: 'Rows that the runs of that day rejected' },
];

const height = 220;
const margin = { top: 10, right: 10, bottom: 26, left: 44 };
const labelWidth = 52;

interface Frame {
  days: readonly Day[];
  /** Pixels of the plot itself. */
  width: number;
  ticks: number[];
  x(index: number): number;
  y(value: number): number;
}

/**
 * What came on each day, as bars and lines. One day is chosen, by pointer or arrow keys, and its figures are written
 * out; all of them stand in a table below.
 */
@customElement('cqa-overview-chart')
export class OverviewChartElement extends LitElement {
  static override styles = [base, tables, chartStyles];

  @property({ attribute: false }) days: readonly Day[] = [];
  @state() private width = 640;
  /** Counted from the newest day, so that it stays when a new day begins. */
  @state() private chosenBack = 0;
  /** Read out when somebody chose a day by key; figures that change by themselves are not. */
  @state() private said = '';
  private readonly resized = new ResizeObserver(([entry]) => {
    if (entry) this.width = Math.max(240, entry.contentRect.width);
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  private get chosen(): number {
    return Math.max(0, this.days.length - 1 - this.chosenBack);
  }

  private choose(index: number): void {
    const last = this.days.length - 1;
    this.chosenBack = last - Math.min(last, Math.max(0, index));
  }

  private readonly press = (event: KeyboardEvent): void => {
    const target = {
      ArrowLeft: this.chosen - 1,
      ArrowRight: this.chosen + 1,
      Home: 0,
      End: this.days.length - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.choose(target);
    this.said = this.wordsOf(this.days[this.chosen]);
  };

  private wordsOf(day: Day | undefined): string {
    if (!day) return '';
    const { date, volumes } = day;
    const words = series.map(({ key, title }) => `${count(volumes?.[key] ?? 0)} ${title.toLowerCase()}`);
    return `${calendarDay(date)}: ${volumes ? words.join(', ') : 'being counted'}`;
  }

  private readonly point = (event: PointerEvent): void => {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { width } = this.frame();
    const index = Math.floor(((event.clientX - left - margin.left) / width) * this.days.length);
    this.choose(index);
  };

  private frame(): Frame {
    const { days } = this;
    const width = this.width - margin.left - margin.right;
    const most = Math.max(0, ...days.flatMap(({ volumes }) => (volumes ? Object.values(volumes) : [])));
    const ticks = axisTicks(most);
    const top = ticks.at(-1) ?? 1;
    const plotHeight = height - margin.top - margin.bottom;
    return {
      ...{ days, width, ticks },
      x: (index) => margin.left + ((index + 0.5) * width) / Math.max(1, days.length),
      y: (value) => margin.top + plotHeight * (1 - value / top),
    };
  }

  private renderAxes({ days, ticks, width, x, y }: Frame): SVGTemplateResult {
    const stride = labelStride(days.length, width, labelWidth);
    const isNamed = (index: number) => index === this.chosen || this.hasRoom(index, stride);
    return svg`${ticks.map(
      (tick) => svg`<line class="grid" x1=${margin.left} x2=${margin.left + width} y1=${y(tick)} y2=${y(tick)}></line>
        <text x=${margin.left - 8} y=${y(tick) + 4} text-anchor="end">${compactCount(tick)}</text>`,
    )}
    ${days.map(({ date }, index) =>
      isNamed(index)
        ? svg`<text
            class=${index === this.chosen ? 'chosen-day' : ''}
            x=${x(index)} y=${height - 6}
            text-anchor="middle"
          >${shortDay(date)}</text>`
        : nothing,
    )}`;
  }

  /** Labels are counted from the newest day; those beside the chosen one make room for it. */
  private hasRoom(index: number, stride: number): boolean {
    const back = this.days.length - 1 - index;
    return back % stride === 0 && Math.abs(index - this.chosen) >= stride;
  }

  private renderBars({ days, width, x, y }: Frame): SVGTemplateResult[] {
    const barWidth = Math.max(4, Math.min(34, (width / Math.max(1, days.length)) * 0.56));
    return days.map(({ volumes }, index) => {
      const value = volumes?.imported ?? 0;
      // A little that is there is seen to be there.
      const top = value > 0 ? Math.min(y(value), y(0) - 2) : y(0);
      return svg`<rect class="imported" x=${x(index) - barWidth / 2} y=${top} width=${barWidth} height=${y(0) - top} rx="2"></rect>`;
    });
  }

  private renderLine(frame: Frame, key: Exclude<Series, 'imported'>): SVGTemplateResult {
    const points = frame.days.flatMap(({ volumes }, index) =>
      volumes ? [{ x: frame.x(index), y: frame.y(volumes[key]), isMarked: volumes[key] > 0 }] : [],
    );
    const path = points.map((point) => `${point.x},${point.y}`).join(' ');
    return svg`<polyline class="halo" points=${path}></polyline>
      <polyline class="line ${key}" points=${path}></polyline>
      ${points.map((point) => (point.isMarked ? mark(key, point.x, point.y) : nothing))}`;
  }

  private renderPlot(): TemplateResult {
    const frame = this.frame();
    const column = frame.width / Math.max(1, this.days.length);
    return html`<div
      class="plot"
      tabindex="0"
      role="group"
      aria-roledescription="chart"
      aria-label="Volumes of the last ${this.days.length} days. The left and right arrow keys choose a day; its figures follow. All of them are in the table below."
      aria-describedby="readout"
      @keydown=${this.press}
      @pointermove=${this.point}
      @pointerdown=${this.point}
    >
      <svg class="chart" viewBox="0 0 ${this.width} ${height}" aria-hidden="true">
        <rect
          class="chosen"
          x=${frame.x(this.chosen) - column / 2}
          y="0"
          width=${column}
          height=${height - margin.bottom + 4}
          rx="4"
        ></rect>
        ${this.renderAxes(frame)} ${this.renderBars(frame)} ${this.renderLine(frame, 'analysed')}
        ${this.renderLine(frame, 'rejected')}
      </svg>
    </div>`;
  }

  /** The legend at the same time. */
  private renderReadout(): TemplateResult {
    const day = this.days[this.chosen];
    return html`<figcaption id="readout" class="readout">
      <span class="day">${day ? calendarDay(day.date) : ''}</span>
      ${series.map(
        ({ key, title, meaning }) => html`<span class="series" title=${meaning}>
          <svg width="18" height="14" viewBox="0 0 18 14" aria-hidden="true">${legendMark(key)}</svg>
          <span><strong>${day?.volumes ? count(day.volumes[key]) : '…'}</strong> ${title.toLowerCase()}</span>
        </span>`,
      )}
    </figcaption>`;
  }

  private renderTable(): TemplateResult {
    return html`<details>
      <summary>All figures as a table</summary>
      <div class="table-box" role="region" aria-label="Volumes of each day" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              ${series.map(({ title, meaning }) => html`<th scope="col" class="number" title=${meaning}>${title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.days.toReversed().map(
              ({ date, volumes }) => html`<tr>
                <th scope="row">${calendarDay(date)}</th>
                ${series.map(
                  ({ key }) => html`<td class="number">${volumes ? count(volumes[key]) : 'being counted'}</td>`,
                )}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  override render() {
    return html`<figure>${this.renderReadout()} ${this.renderPlot()} ${this.renderTable()}
      <span class="visually-hidden" role="status">${this.said}</span>
    </figure>`;
  }
}

function mark(key: Series, x: number, y: number): SVGTemplateResult {
  if (key === 'analysed') return svg`<circle class="mark analysed" cx=${x} cy=${y} r="4"></circle>`;
  return svg`<path class="mark rejected" d="M${x} ${y - 5.5} l5.5 9.5 h-11 Z"></path>`;
}

function legendMark(key: Series): SVGTemplateResult {
  if (key === 'imported') return svg`<rect class="imported" x="4" y="1" width="10" height="12" rx="2"></rect>`;
  return svg`<polyline class="line ${key}" points="0,7 18,7"></polyline>${mark(key, 9, 7)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-overview-chart': OverviewChartElement;
  }
}
