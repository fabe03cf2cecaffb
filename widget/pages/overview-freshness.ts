import { html, nothing, type TemplateResult } from 'lit';
import type { ConnectorFreshness } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { freshnessWords } from '../words/overview.ts';
import { executionWords } from '../words/status.ts';
import { lagInWords, streamWords } from '../words/stream.ts';
import { fromNow } from '../words/time.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** How fresh the data of each connector are: those that somebody should look at first. */
export function freshnessCard(app: AppContext, connectors: readonly ConnectorFreshness[]): TemplateResult {
  const rows = connectors.toSorted((one, other) => rankOf(one) - rankOf(other));
  return html`<section class="card" aria-labelledby="freshness">
    <div class="head">
      <h2 id="freshness">Freshness</h2>
      <span class="soft small">${lateWords(connectors.filter((connector) => rankOf(connector) === 0).length)}</span>
    </div>
    <div class="table-box" role="region" aria-label="Freshness of each connector" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Connector</th>
            <th scope="col">State</th>
            <th scope="col">Last data</th>
            <th scope="col" class="minor">Last run</th>
            <th scope="col" class="minor">Next due</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((connector) => connectorRow(app, connector))}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** 0: somebody should look at it; 1: it works or will; 2: nothing is expected of it. */
function rankOf({ state, stream }: ConnectorFreshness): 0 | 1 | 2 {
  if (state === 'paused') return 2;
  if (stream) return streamWords[stream.state].tone === 'bad' ? 0 : 1;
  return state === 'late' || state === 'failing' || state === 'partly' || state === 'no_job' ? 0 : 1;
}

function lateWords(late: number): string {
  if (late === 0) return 'none is late';
  return late === 1 ? '1 needs a look' : `${late} need a look`;
}

function connectorRow(app: AppContext, connector: ConnectorFreshness): TemplateResult {
  const { name, direction, stream, last_run: run } = connector;
  const page = direction === 'import' ? '/data-import' : '/data-export';
  return html`<tr>
    <th scope="row" class="break">
      <a data-page href=${app.href(page)}>${name}</a><br /><span class="soft small"
        >${direction === 'import' ? 'Data Import' : 'Data Export'}</span
      >
    </th>
    <td data-minor=${dueInWords(connector)}>
      <cqa-status .words=${stream ? streamWords[stream.state] : freshnessWords[connector.state]}></cqa-status>
      ${connector.misses_data ? html`<br /><span class="bad small">data are missing</span>` : nothing}
    </td>
    <td>${lastData(app, connector)}</td>
    <td class="minor">
      ${
        run
          ? html`<a data-page href=${app.href(`/executions/${run.execution_id}`)}
              ><cqa-time relative .at=${run.at} .zone=${app.zone}></cqa-time></a
            ><br /><span class="soft small">${executionWords[run.status].word}</span>`
          : html`<span class="soft">not yet</span>`
      }
    </td>
    <td class="minor">${nextDue(app, connector)}</td>
  </tr>`;
}

/** Where there is no column for it. */
function dueInWords({ stream, state, next_due_at: at }: ConnectorFreshness): string {
  if (stream || !at || state === 'paused' || state === 'no_job') return '';
  return `due ${fromNow(at, Date.now())}`;
}

function lastData(app: AppContext, { stream, last_data_at: at }: ConnectorFreshness): TemplateResult {
  const last = stream ? (stream.last_event_at ?? null) : at;
  const time = last
    ? html`<cqa-time relative .at=${last} .zone=${app.zone}></cqa-time>`
    : html`<span class="soft">none yet</span>`;
  return stream ? html`${time}<br /><span class="soft small">${lagInWords(stream.lag)}</span>` : time;
}

function nextDue(app: AppContext, { stream, state, next_due_at: at }: ConnectorFreshness): TemplateResult {
  if (stream) return html`<span class="soft">all the time</span>`;
  if (state === 'paused' || state === 'no_job') return html`<span class="soft">–</span>`;
  if (!at) return html`<span class="soft">when something comes, or by hand</span>`;
  const isPast = new Date(at).getTime() < Date.now();
  return html`<span class=${isPast && state === 'late' ? 'bad' : ''}
    ><cqa-time relative .at=${at} .zone=${app.zone}></cqa-time
  ></span>`;
}
