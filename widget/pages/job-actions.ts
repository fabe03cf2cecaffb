import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Job } from '../api/types.ts';
import { type IconName, icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { hasSettableSchedule } from './job-draft.ts';

const noTrigger = 'It reads events as they come, so there is nothing to start; enable it if it is disabled';
const noBackfill = 'It reads events as they come; days are not read again';
const ofItsConnector = 'Made for its connector';

/** What can be done with a job; each has its event. */
export type JobAction = 'run' | 'repeat' | 'edit' | 'alerts' | 'duplicate' | 'toggle' | 'remove';

interface ActionButton {
  action: JobAction;
  icon: IconName;
  title: string;
  label: string;
  isDisabled?: boolean;
}

/**
 * The buttons of a job.
 * @fires action with a JobAction
 */
@customElement('cqa-job-actions')
export class JobActionsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      /* The width that decides is the table's. */
      @container (min-width: 641px) and (max-width: 1300px) {
        .buttons {
          display: grid;
          grid-template-columns: repeat(3, auto);
          justify-content: end;
        }
      }
      @container (min-width: 641px) and (max-width: 899px) {
        .buttons {
          grid-template-columns: repeat(2, auto);
        }
      }
      @container (max-width: 640px) {
        .buttons {
          display: flex;
          flex-wrap: wrap;
          gap: var(--space-1);
        }
      }
    `,
  ];

  @property({ attribute: false }) job: Job | undefined;
  @property({ type: Boolean }) busy = false;

  private renderButton(button: ActionButton): TemplateResult {
    return html`<button
      class="button quiet icon small"
      type="button"
      title=${button.title}
      aria-label=${button.label}
      ?disabled=${button.isDisabled ?? false}
      @click=${() => this.dispatchEvent(new CustomEvent<JobAction>('action', { detail: button.action }))}
    >
      ${icon(button.icon, 16)}
    </button>`;
  }

  override render() {
    const { job } = this;
    return job
      ? html`<div class="buttons">${buttonsOf(job, this.busy).map((each) => this.renderButton(each))}</div>`
      : nothing;
  }
}

function buttonsOf(job: Job, isBusy: boolean): ActionButton[] {
  const { name, is_system: isSystem } = job;
  const isContinuous = !hasSettableSchedule(job);
  const toggle = job.is_enabled ? 'Disable' : 'Enable';
  return [
    {
      ...{ action: 'run', icon: 'play', label: `Run ${name} now`, isDisabled: isBusy || isContinuous },
      title: isContinuous ? noTrigger : 'Run now',
    },
    ...(job.type === 'data_import' ? [repeatButton(name, isContinuous)] : []),
    isSystem
      ? { action: 'alerts', icon: 'bell', label: `Alerts of ${name}`, title: 'Who is told when it goes wrong' }
      : { action: 'edit', icon: 'edit', label: `Edit ${name}`, title: 'Edit' },
    {
      ...{ action: 'duplicate', icon: 'copy', label: `Duplicate ${name}`, isDisabled: isBusy || isSystem },
      title: isSystem ? `${ofItsConnector}, which has one` : 'Duplicate: a copy that is disabled at first',
    },
    {
      ...{ action: 'toggle', icon: job.is_enabled ? 'pause' : 'power', title: toggle },
      ...{ label: `${toggle} ${name}`, isDisabled: isBusy },
    },
    {
      ...{ action: 'remove', icon: 'trash', label: `Delete ${name}`, isDisabled: isSystem },
      title: isSystem ? `${ofItsConnector} and deleted with it` : 'Delete',
    },
  ];
}

function repeatButton(name: string, isContinuous: boolean): ActionButton {
  return {
    ...{ action: 'repeat', icon: 'again', label: `Import days again by ${name}`, isDisabled: isContinuous },
    title: isContinuous ? noBackfill : 'Import days again',
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-actions': JobActionsElement;
  }
}
