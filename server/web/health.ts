import { type RequestHandler, Router } from 'express';
import { answers, type Figures, selectFigures } from '../../db/queries/console-health.ts';
import { type ConnectorStream, selectConnectorStreams } from '../../db/queries/console-streams.ts';
import { workKinds } from '../../db/queries/work.ts';
import { executionStatuses } from '../../shared/execution.ts';
import { streamTypes } from '../connectors/registry.ts';
import type { Services } from '../services.ts';

/** `/healthz` (the program runs), `/readyz` (it can reach its database), `/metrics` (for Prometheus). */
export function health(services: Services): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ ok: true }));
  router.get('/readyz', ready(services));
  router.get('/metrics', async (_request, response) => {
    const { pool } = services.database;
    const figures = {
      ...(await selectFigures(pool)),
      streams: await selectConnectorStreams(pool, { types: streamTypes }),
    };
    response.type('text/plain; version=0.0.4; charset=utf-8').send(metricsText(figures, process.memoryUsage()));
  });
  return router;
}

const answerWithinMs = 2000;

/** A database that hangs is not ready either, so the question has a time limit. */
function ready({ database, log }: Services): RequestHandler {
  return async (_request, response) => {
    try {
      await Promise.race([answers(database.pool), afterMs(answerWithinMs)]);
      response.json({ ok: true });
    } catch (error) {
      log.warn({ err: error }, 'not ready: the database does not answer');
      response.status(503).json({ ok: false, message: 'The database does not answer.' });
    }
  };
}

function afterMs(timeoutMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref();
  });
}

const undelivered = ['pending', 'failed'] as const;

/** Every status and kind is always there, with 0 where there is none: a graph must not lose a line. */
export function metricsText(
  { executions, work, webhooks, streams }: Figures & { streams: readonly ConnectorStream[] },
  memory: NodeJS.MemoryUsage,
): string {
  const byStatus = new Map(executions.map(({ status, n }) => [status, n]));
  const byKind = new Map(work.map((line) => [line.kind, line]));
  const byState = new Map(webhooks.map(({ state, n }) => [state, n]));
  return [
    ...gauge('cqa_executions', 'Executions by status.'),
    ...executionStatuses.map((status) => `cqa_executions{status="${status}"} ${byStatus.get(status) ?? 0}`),
    ...gauge('cqa_work', 'Work that waits or is being done, by kind.'),
    ...workKinds.map((kind) => `cqa_work{kind="${kind}"} ${byKind.get(kind)?.n ?? 0}`),
    ...gauge('cqa_work_due', 'Work whose time has come and that nobody has taken yet, by kind.'),
    ...workKinds.map((kind) => `cqa_work_due{kind="${kind}"} ${byKind.get(kind)?.due ?? 0}`),
    ...gauge('cqa_webhook_deliveries', 'Webhooks that wait to be delivered, or failed in the last 30 days.'),
    ...undelivered.map((state) => `cqa_webhook_deliveries{state="${state}"} ${byState.get(state) ?? 0}`),
    ...streamLines(streams),
    ...gauge('process_resident_memory_bytes', 'Memory of this process.'),
    `process_resident_memory_bytes ${memory.rss}`,
    ...gauge('nodejs_heap_size_used_bytes', 'JavaScript heap of the main thread.'),
    `nodejs_heap_size_used_bytes ${memory.heapUsed}`,
    '',
  ].join('\n');
}

/**
 * Of streams that somebody disabled nothing is told, so that an alert on `cqa_stream_up` means what it says. What is not
 * known has no sample: a stream that nobody reads has a lag that nobody knows.
 */
function streamLines(all: readonly ConnectorStream[]): string[] {
  const streams = all.filter(({ state }) => state !== 'connector_disabled' && state !== 'job_disabled');
  const samples = (name: string, figureOf: (stream: ConnectorStream) => number | undefined) =>
    streams.flatMap((stream) => {
      const value = figureOf(stream);
      return value === undefined ? [] : [`${name}{${streamLabels(stream)}} ${value}`];
    });
  return [
    ...gauge('cqa_stream_up', 'Whether a stream is followed (1), or not read or failing (0).'),
    ...samples('cqa_stream_up', ({ state }) => (state === 'following' ? 1 : 0)),
    ...gauge('cqa_stream_lag', 'Events of a stream that are not stored yet.'),
    ...samples('cqa_stream_lag', ({ lag }) => lag),
    ...gauge('cqa_stream_events_per_second', 'Events of a stream that are stored, over the last 10 seconds.'),
    ...samples('cqa_stream_events_per_second', ({ eventsPerSecond }) => eventsPerSecond),
    ...gauge('cqa_stream_last_event_timestamp_seconds', 'When the newest event that is stored was sent.'),
    ...samples(
      'cqa_stream_last_event_timestamp_seconds',
      ({ lastEventAt }) => lastEventAt && lastEventAt.getTime() / 1000,
    ),
    '# HELP cqa_stream_restarts_total How often reading a stream was begun anew because it had stopped.',
    '# TYPE cqa_stream_restarts_total counter',
    ...samples('cqa_stream_restarts_total', ({ readers, restarts }) => (readers > 0 ? restarts : undefined)),
  ];
}

function streamLabels({ accountUid, connectorUid, connectorName }: ConnectorStream): string {
  return `account="${accountUid}",connector="${connectorUid}",name="${labelValue(connectorName)}"`;
}

/** A label's value as the text format has it; people name connectors as they like. */
function labelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function gauge(name: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}
