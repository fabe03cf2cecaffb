import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import '../parts/confirm.ts';

/**
 * Deleting a job: said before what stays.
 * @fires close
 */
@customElement('cqa-job-removal')
export class JobRemovalElement extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) job: Job | undefined;
  private readonly removing = new Action(this);

  private readonly confirm = async (): Promise<void> => {
    const { app, job } = this;
    if (!app || !job) return;
    const isDone = await this.removing.run(async () => {
      await app.api.jobs.remove.mutate({ uid: job.uid });
      app.say(`${job.name} is deleted.`);
    });
    if (isDone) this.close();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  override render() {
    const { job } = this;
    if (!job) return nothing;
    return html`<cqa-confirm
      heading="Delete this job?"
      .name=${job.name}
      action="Delete job"
      .busy=${this.removing.isBusy}
      .problem=${this.removing.problem}
      @confirm=${this.confirm}
      @close=${this.close}
    >
      <p>It will not run again. A run that is going on comes to its end. Its executions stay in the history, and its connectors stay as they are.</p>
    </cqa-confirm>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-removal': JobRemovalElement;
  }
}
