import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { columnNameOf, type ReportColumn } from '../../shared/report.ts';
import { type IconName, icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { chosenColumnsStyles } from './chosen-columns.styles.ts';
import { fullName, ownHeading, withColumnMoved, withHeading, withoutColumnAt } from './column-list.ts';
import { problemAt } from './problem-at.ts';

/** One column under way from its place to another one. */
interface Moving {
  from: number;
  to: number;
}

type Act = 'up' | 'down' | 'remove';

/** So near the end of the list, in pixels, dragging scrolls it, by so many at each movement. */
const scrollEdge = 26;
const scrollStep = 9;

/**
 * The columns of a report in their order: each with a heading of its own, moved by buttons or by dragging, or taken out.
 * @fires columns with the new list
 */
@customElement('cqa-chosen-columns')
export class ChosenColumnsElement extends LitElement {
  static override styles = [base, controls, chosenColumnsStyles];

  @property({ attribute: false }) columns: readonly ReportColumn[] = [];
  /** Names for people, by the columns' full names. */
  @property({ attribute: false }) titles: ReadonlyMap<string, string> = new Map();
  /** By field of the report: `columns`, `columns.2`. */
  @property({ attribute: false }) problems: Record<string, string> = {};
  @state() private moving: Moving | undefined;
  /** What was just done, for whoever does not see it. */
  @state() private told = '';
  /** The button that gets the focus once the list is drawn with what it did. */
  private next: { index: number; act: Act } | undefined;

  protected override updated(changed: Map<string, unknown>): void {
    if (!changed.has('columns') || !this.next) return;
    const { index, act } = this.next;
    this.next = undefined;
    const row = this.renderRoot.querySelectorAll('li')[Math.min(index, this.columns.length - 1)];
    const button =
      row?.querySelector<HTMLElement>(`.${act}:not(:disabled)`) ??
      row?.querySelector<HTMLElement>('button:not(:disabled)');
    button?.focus();
  }

  private change(columns: ReportColumn[]): void {
    this.dispatchEvent(new CustomEvent('columns', { detail: columns }));
  }

  private titleOf(column: ReportColumn): string {
    const name = columnNameOf(column);
    return this.titles.get(fullName(name)) ?? name;
  }

  private move(from: number, to: number): void {
    const column = this.columns[from];
    if (column === undefined) return;
    this.told = `${this.titleOf(column)} is column ${to + 1} of ${this.columns.length}.`;
    this.change(withColumnMoved(this.columns, from, to));
  }

  private moveBy(index: number, act: 'up' | 'down'): void {
    const to = act === 'up' ? index - 1 : index + 1;
    this.next = { index: to, act };
    this.move(index, to);
  }

  private takeOut(index: number): void {
    this.next = { index, act: 'remove' };
    this.told = '';
    this.change(withoutColumnAt(this.columns, index));
  }

  private readonly take = (event: PointerEvent, index: number): void => {
    if (event.button !== 0) return;
    // Else the browser would select text on the way.
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.moving = { from: index, to: index };
  };

  private readonly drag = (event: PointerEvent): void => {
    const { moving } = this;
    if (!moving) return;
    this.scrollTowards(event.clientY);
    const others = [...this.renderRoot.querySelectorAll('li')].filter((_, index) => index !== moving.to);
    const to = others.filter((row) => middleOf(row) < event.clientY).length;
    if (to !== moving.to) this.moving = { ...moving, to };
  };

  private scrollTowards(y: number): void {
    const list = this.renderRoot.querySelector('ol');
    if (!list) return;
    const { top, bottom } = list.getBoundingClientRect();
    if (y < top + scrollEdge) list.scrollTop -= scrollStep;
    else if (y > bottom - scrollEdge) list.scrollTop += scrollStep;
  }

  private readonly drop = (): void => {
    const { moving } = this;
    this.moving = undefined;
    if (moving && moving.from !== moving.to) this.move(moving.from, moving.to);
  };

  /** The browser took the pointer for something else: everything stays where it was. */
  private readonly leave = (): void => {
    this.moving = undefined;
  };

  private renderButton(act: Act, words: string, shape: IconName, isOff: boolean, done: () => void): TemplateResult {
    const [title] = words.split(':');
    return html`<button
      class="button quiet icon small ${act}"
      type="button"
      title=${title ?? words}
      aria-label=${words.replace(':', '')}
      ?disabled=${isOff}
      @click=${done}
    >
      ${icon(shape, 15)}
    </button>`;
  }

  private renderHeading(column: ReportColumn, index: number, title: string): TemplateResult {
    const path = `columns.${index}`;
    const set = (event: Event) =>
      this.change(withHeading(this.columns, index, (event.target as HTMLInputElement).value));
    return html`<input
        class="input"
        aria-label="Heading of ${title}"
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        placeholder=${columnNameOf(column)}
        aria-invalid=${this.problems[path] ? 'true' : 'false'}
        aria-describedby="${path}.problem"
        .value=${ownHeading(column)}
        @input=${set}
      />
      ${problemAt(this.problems, path)}`;
  }

  private renderColumn(column: ReportColumn, index: number, count: number): TemplateResult {
    const title = this.titleOf(column);
    return html`<li class=${this.moving?.to === index ? 'dragged' : ''}>
      <span
        class="handle"
        title="Drag to another place"
        aria-hidden="true"
        @pointerdown=${(event: PointerEvent) => this.take(event, index)}
        @pointermove=${this.drag}
        @pointerup=${this.drop}
        @pointercancel=${this.leave}
      >
        ${icon('grip', 16)}
      </span>
      <div class="body">
        <span class="name small break" title=${columnNameOf(column)}>${title}</span>
        ${this.renderHeading(column, index, title)}
      </div>
      <span class="buttons">
        ${this.renderButton('up', `Move up: ${title}`, 'up', index === 0, () => this.moveBy(index, 'up'))}
        ${this.renderButton('down', `Move down: ${title}`, 'down', index === count - 1, () => this.moveBy(index, 'down'))}
        ${this.renderButton('remove', `Remove: ${title}`, 'close', false, () => this.takeOut(index))}
      </span>
    </li>`;
  }

  override render() {
    const { columns, moving } = this;
    const shown = moving ? withColumnMoved(columns, moving.from, moving.to) : columns;
    return html`<ol aria-label="Columns in the file, in this order">
        ${shown.map((column, index) => this.renderColumn(column, index, shown.length))}
      </ol>
      ${shown.length === 0 ? html`<p class="none soft">No column yet. Choose some below.</p>` : nothing}
      <span class="visually-hidden" role="status">${this.told}</span>`;
  }
}

function middleOf(row: Element): number {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-chosen-columns': ChosenColumnsElement;
  }
}
