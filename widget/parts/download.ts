import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { followDownload } from './follow-download.ts';
import { icon } from './icon.ts';
import './problem.ts';

/** Downloads one part of a report: its address is asked for at the click, because it lives only as long as a session. */
@customElement('cqa-download')
export class DownloadElement extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  @property({ type: Number }) number = 1;
  /** Absent: the report's whole files. */
  @property() partSet: 'file' | 'mail' | undefined;
  @property() label = 'Download';
  private readonly downloading = new Action(this);

  private readonly download = (): Promise<boolean> =>
    this.downloading.run(async () => {
      const answer = await this.app?.api.executions.download.query({
        ...{ id: this.executionId, part: this.number, set: this.partSet },
      });
      if (answer) followDownload(answer.url, answer.file_name);
    });

  override render() {
    return html`<button class="button small" type="button" ?disabled=${this.downloading.isBusy} @click=${this.download}>
        ${icon('download', 15)} ${this.label}
      </button>
      ${this.downloading.problem ? html`<cqa-problem .problem=${this.downloading.problem}></cqa-problem>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-download': DownloadElement;
  }
}
