import type { LitElement } from 'lit';

const wrong = '[aria-invalid="true"], fieldset.wrong input';

/** The first field under the root that is marked as wrong, in the elements inside as well. */
export function firstWrongField(root: ParentNode): HTMLElement | undefined {
  for (const element of root.children) {
    if (element instanceof HTMLElement && element.matches(wrong)) return element;
    const inside = (element.shadowRoot && firstWrongField(element.shadowRoot)) ?? firstWrongField(element);
    if (inside) return inside;
  }
  return undefined;
}

/** An element of problems that has none is not drawn. */
function firstProblem(root: ParentNode): HTMLElement | undefined {
  const all = [...root.querySelectorAll<HTMLElement>('cqa-problem, cqa-not-saved, .problem')];
  return all.find((element) => element.getBoundingClientRect().height > 0);
}

/**
 * Puts the focus on what is wrong and brings it into view, once the elements inside have drawn it: a moment after the one
 * that holds them.
 */
export async function showFirstWrong(form: LitElement): Promise<void> {
  await form.updateComplete;
  requestAnimationFrame(() => {
    const field = firstWrongField(form.renderRoot);
    field?.focus();
    (field ?? firstProblem(form.renderRoot))?.scrollIntoView({ block: 'center' });
  });
}
