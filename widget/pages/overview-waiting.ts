import { html, nothing, type TemplateResult } from 'lit';
import type { OverviewWaiting, WaitingWork } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { icon } from '../parts/icon.ts';
import { counted } from '../words/numbers.ts';
import { atMost, workName, workWords } from '../words/overview.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** What waits: work by kind, items that were left for later, and rejected rows that nobody has seen to. */
export function waitingCard(app: AppContext, waiting: OverviewWaiting): TemplateResult {
  const { work, left_items: left, open_rejected_rows: rejected, open_alerts: alerts, has_worker: hasWorker } = waiting;
  const isNothing = work.length === 0 && left.length === 0 && rejected === 0 && alerts === 0;
  return html`<section class="card" aria-labelledby="waiting">
    <div class="head"><h2 id="waiting">Waiting</h2></div>
    ${hasWorker ? nothing : noWorker()}
    ${isNothing ? html`<p class="fine">${icon('check', 18)} Nothing waits.</p>` : nothing}
    ${work.length > 0 ? workTable(app, waiting) : nothing}
    ${
      alerts > 0
        ? html`<p>
            <a data-page href=${app.href('/alerts')}>${counted(alerts, 'alert')}</a>
            ${alerts === 1 ? 'is' : 'are'} open: see to ${alerts === 1 ? 'it' : 'them'}, or dismiss.
          </p>`
        : nothing
    }
    ${left.map(
      ({ execution_id: id, job_name: name, items }) => html`<p>
        <a data-page href=${app.href(`/executions/${id}`)}>${counted(items, 'item')} of ${name}</a>
        ${items === 1 ? 'was' : 'were'} left for a later run; it says why.
      </p>`,
    )}
    ${
      rejected > 0
        ? html`<p>
            <a data-page href=${app.href('/rejected-rows')}
              >${atMost(rejected, waiting.most)} rejected ${rejected === 1 ? 'row' : 'rows'}</a
            >
            ${rejected === 1 ? 'is' : 'are'} open: mend and replay, or dismiss.
          </p>`
        : nothing
    }
  </section>`;
}

function noWorker(): TemplateResult {
  return html`<p class="bad" role="status">
    No worker has given a sign of life lately, so nothing is done. Ask whoever runs this installation to start one.
  </p>`;
}

function workTable(app: AppContext, { work, most }: OverviewWaiting): TemplateResult {
  return html`<div class="table-box">
    <table>
      <thead>
        <tr>
          <th scope="col">Work</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col">How it goes</th>
        </tr>
      </thead>
      <tbody>
        ${work.map((one) => workRow(app, one, most))}
      </tbody>
    </table>
  </div>`;
}

function workRow(
  app: AppContext,
  { kind, n, state, due_since: since, error }: WaitingWork,
  most: number,
): TemplateResult {
  return html`<tr class=${error ? 'explained' : nothing}>
      <th scope="row">${workName(kind)}</th>
      <td class="number">${atMost(n, most)}</td>
      <td>
        <cqa-status .words=${workWords[state]}></cqa-status>
        ${
          since && state !== 'moving'
            ? html`<br /><span class="soft small">first due <cqa-time relative .at=${since} .zone=${app.zone}></cqa-time></span>`
            : nothing
        }
      </td>
    </tr>
    ${error ? html`<tr><td colspan="3" class="soft small break">Tried again: ${error}</td></tr>` : nothing}`;
}
