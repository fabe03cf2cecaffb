import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

/**
 * Reads days again that were read before, or were missed: a run of the job for those days alone.
 * @fires close
 */
@customElement('cqa-backfill-dialog')
export class BackfillDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .days {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(180px, 100%), 1fr));
        gap: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) job: Job | undefined;
  @state() private from = '';
  @state() private to = '';
  private readonly starting = new Action(this);

  private readonly start = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, job, from } = this;
    if (!app || !job || from === '') return;
    await this.starting.run(async () => {
      const days = { from, to: this.to === '' ? from : this.to };
      const { execution_id: id } = await app.api.jobs.trigger.mutate({ uid: job.uid, days });
      app.say(`${job.name} reads ${days.from === days.to ? days.from : `${days.from} to ${days.to}`} again.`);
      this.close();
      app.go(`/executions/${id}`);
    });
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  override render() {
    const { app, job } = this;
    if (!app || !job) return nothing;
    return html`<cqa-dialog heading="Import days again: ${job.name}" @close=${this.close}>
      <form id="days" class="stack" @submit=${this.start}>
        <p>
          Everything of these days is read again, also what was read before. Interactions that are here already are not
          doubled: they count as duplicate, or as updated where their metadata changed. Files belong to the day on which
          they were last changed. Days are those of ${app.zone}.
        </p>
        <div class="days">
          <div class="field">
            <label for="from">First day</label>
            <input
              id="from"
              class="input"
              type="date"
              required
              .value=${this.from}
              @input=${(event: Event) => {
                this.from = (event.target as HTMLInputElement).value;
              }}
            />
          </div>
          <div class="field">
            <label for="to">Last day <span class="soft">(the same without one)</span></label>
            <input
              id="to"
              class="input"
              type="date"
              min=${this.from || nothing}
              .value=${this.to}
              @input=${(event: Event) => {
                this.to = (event.target as HTMLInputElement).value;
              }}
            />
          </div>
        </div>
        <cqa-problem .problem=${this.starting.problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="days" ?disabled=${this.starting.isBusy}>
        ${this.starting.isBusy ? 'Starting …' : 'Import these days'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-backfill-dialog': BackfillDialogElement;
  }
}
