import { html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { icon } from './icon.ts';

/**
 * Copies its text. Where the page may not use the clipboard (a frame without leave), it says so.
 * @fires refused - so that whoever shows the text can select it
 */
@customElement('cqa-copy')
export class CopyElement extends LitElement {
  static override styles = [base, controls];

  @property() text = '';
  @property() label = 'Copy';
  @state() private outcome: 'none' | 'copied' | 'refused' = 'none';

  private async copy(): Promise<void> {
    this.outcome = (await copyText(this.text, this.renderRoot)) ? 'copied' : 'refused';
    if (this.outcome === 'refused') this.dispatchEvent(new CustomEvent('refused'));
    setTimeout(() => {
      this.outcome = 'none';
    }, 2500);
  }

  override render() {
    const words = { none: this.label, copied: 'Copied', refused: 'Select and copy it by hand' }[this.outcome];
    return html`<button class="button small" type="button" @click=${this.copy}>
      ${icon(this.outcome === 'copied' ? 'check' : 'copy', 15)}<span aria-live="polite">${words}</span>
    </button>`;
  }
}

/** True when the text is in the clipboard. */
async function copyText(text: string, place: ParentNode): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return copyBySelection(text, place);
    throw error;
  }
}

/**
 * The old way, which works in frames that were not given `clipboard-write` and on plain http. The text stands beside the
 * button for a moment: everything outside an open dialog takes no selection.
 */
function copyBySelection(text: string, place: ParentNode): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  place.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-copy': CopyElement;
  }
}
