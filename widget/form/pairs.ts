import { css } from 'lit';
import { state } from 'lit/decorators.js';
import { FieldElement } from './element.ts';
import { isObject } from './fields.ts';
import { emptied } from './values.ts';

export type Pair = readonly [from: string, to: string];

/** What is typed as rows of two texts and is a record of texts as a value. */
export abstract class PairsElement<K extends 'mapping' | 'field-map'> extends FieldElement<K> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .pairs {
        display: grid;
        gap: var(--space-2);
      }
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-2);
      }
    `,
  ];

  /** Kept here as well, because a row that is half typed is no part of the value yet. */
  @state() protected pairs: readonly Pair[] = [];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('value') || isSameRecord(this.value, recordOf(this.pairs))) return;
    this.pairs = isObject(this.value) ? Object.entries(this.value).map(([from, to]): Pair => [from, String(to)]) : [];
  }

  protected set(pairs: readonly Pair[]): void {
    this.pairs = pairs;
    this.change(recordOf(pairs) ?? emptied(this.field, {}));
  }

  protected edit(index: number, part: 0 | 1, text: string): void {
    this.set(
      this.pairs.map((pair, position): Pair => {
        if (position !== index) return pair;
        return part === 0 ? [text, pair[1]] : [pair[0], text];
      }),
    );
  }

  protected drop(index: number): void {
    this.set(this.pairs.filter((_, position) => position !== index));
  }

  /** An empty row after that of the index. */
  protected addAfter(index: number): void {
    this.pairs = [...this.pairs.slice(0, index + 1), ['', ''], ...this.pairs.slice(index + 1)];
  }
}

function recordOf(pairs: readonly Pair[]): Record<string, string> | undefined {
  const whole = pairs.filter(([from, to]) => from.trim() !== '' && to.trim() !== '');
  return whole.length === 0 ? undefined : Object.fromEntries(whole.map(([from, to]) => [from.trim(), to.trim()]));
}

function isSameRecord(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? {}) === JSON.stringify(other ?? {});
}
