import { html, nothing, type TemplateResult } from 'lit';
import { failuresMost } from '../../shared/execution.ts';
import type { FailedJob } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { icon } from '../parts/icon.ts';
import { failureInWords } from '../words/failure.ts';
import { counted } from '../words/numbers.ts';
import { atMost, whatToDo } from '../words/overview.ts';
import { executionWords } from '../words/status.ts';
import '../parts/copy.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** What failed in the last seven days, job by job, with what to do about it. */
export function failuresCard(app: AppContext, failures: readonly FailedJob[]): TemplateResult {
  return html`<section class="card" aria-labelledby="failures">
    <div class="head">
      <h2 id="failures">Failures</h2>
      <span class="soft small">last 7 days, newest of each job</span>
    </div>
    ${
      failures.length === 0
        ? html`<p class="fine">${icon('check', 18)} Nothing has failed.</p>`
        : html`<ul class="failures">
            ${failures.map((failed) => failureItem(app, failed))}
          </ul>`
    }
  </section>`;
}

function failureItem(app: AppContext, failed: FailedJob): TemplateResult {
  const tone = failed.works_again ? 'over' : failed.status === 'partial_success' ? 'partial' : '';
  const address = app.href(`/executions/${failed.execution_id}`);
  const failure = failed.message ? failureInWords(failed.message) : undefined;
  return html`<li class="failure ${tone}">
    <div>
      <div class="row">
        <a class="strong break" data-page href=${address}>${failed.job_name}</a>
        <cqa-status .words=${executionWords[failed.status]}></cqa-status>
        <span class="soft small">
          <cqa-time relative .at=${failed.at} .zone=${app.zone}></cqa-time>${
            failed.times > 1 ? html`, ${atMost(failed.times, failuresMost)} times` : nothing
          }
        </span>
      </div>
      ${failure ? html`<p class="reason" title=${failure.message}>${failure.message}</p>` : partWords(failed)}
      <p class=${failed.works_again ? 'soft' : 'todo'}>${whatToDo(failed)}</p>
      ${
        failure?.traceId && !failed.works_again
          ? html`<span class="soft small break"
              >Trace id <code>${failure.traceId}</code> <cqa-copy .text=${failure.traceId}></cqa-copy
            ></span>`
          : nothing
      }
    </div>
    <a class="button small" data-page href=${address} aria-label="Open the run of ${failed.job_name}">Open</a>
  </li>`;
}

function partWords({ items_failed: items, rows_rejected: rows }: FailedJob): TemplateResult | typeof nothing {
  const parts = [
    ...(items > 0 ? [`${counted(items, 'item')} failed`] : []),
    ...(rows > 0 ? [`${counted(rows, 'row')} rejected`] : []),
  ];
  return parts.length > 0 ? html`<p>${parts.join(', ')}.</p>` : nothing;
}
