import type { Direction } from '../../shared/connector.ts';
import { isOutdated, type Problem } from '../api/problem.ts';
import type { Connector, ConnectorType, UnsavedConnector } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { type Field, fieldsOf } from '../form/fields.ts';
import { hostKeyField } from '../form/tried.ts';
import {
  isSame,
  missingFields,
  nearestPath,
  startValues,
  type Values,
  valueAt,
  withChanges,
  withValue,
} from '../form/values.ts';

/** What a connector's form holds; the form itself never sees a kept secret. */
export interface ConnectorDraft {
  type: ConnectorType;
  direction: Direction;
  name: string;
  values: Values;
  fields: Field[];
}

/** A new connector of that type, or the given one to be changed. */
export function draftOf(type: ConnectorType, direction: Direction, connector?: Connector): ConnectorDraft {
  const fields = fieldsOf(type.form, direction);
  const values = connector ? connector.config : startValues(fields);
  return { type, direction, fields, values, name: connector?.name ?? '' };
}

/** Saves and answers the connector's id. */
export async function writeDraft(
  app: AppContext,
  draft: ConnectorDraft,
  connector: Connector | undefined,
): Promise<string> {
  const { direction, type, name, values: config } = draft;
  const input = { name, direction, type: type.id, config };
  if (!connector) return (await app.api.connectors.create.mutate(input)).uid;
  const { uid, version } = connector;
  await app.api.connectors.update.mutate({ ...input, uid, version, keeps_enabled: true });
  return uid;
}

/** The connector as it is now. Undefined where somebody has deleted it since. */
export async function readConnector(
  app: AppContext,
  direction: Direction,
  uid: string,
): Promise<Connector | undefined> {
  return (await app.api.connectors.list.query({ direction })).find((candidate) => candidate.uid === uid);
}

/** What the product made by itself at saving and somebody else must be told: not what was typed in. */
export function handedOn(saved: Connector, draft: ConnectorDraft): [string, string][] {
  const typed = JSON.stringify(draft.values);
  return Object.entries(saved.public_side).filter(([, value]) => !typed.includes(value));
}

/** What the server tries before anything is saved. */
export function unsavedOf(
  { type, direction, values: config }: ConnectorDraft,
  connector?: Connector,
): UnsavedConnector {
  return { type: type.id, direction, config, ...(connector ? { uid: connector.uid } : {}) };
}

/** The host key to be offered below the form: seen at a test, where none is pinned. */
export function offeredHostKey({ fields, values }: ConnectorDraft, seen: string | undefined): string | undefined {
  const field = hostKeyField(fields);
  return field && valueAt(values, field.path) === undefined ? seen : undefined;
}

/** What is there now, with what was changed in the form since it was `before`. */
export function draftWithChanges(now: ConnectorDraft, mine: ConnectorDraft, before: ConnectorDraft): ConnectorDraft {
  const name = mine.name === before.name ? now.name : mine.name;
  return { ...now, name, values: withChanges(now.values, mine.values, before.values) };
}

/** What must be filled in first, the connector's name among it where it is to be saved. */
export function missingInDraft(
  { fields, values, name }: ConnectorDraft,
  kept: ReadonlySet<string>,
  isToBeSaved: boolean,
): Record<string, string> {
  const missing = missingFields(fields, values, kept);
  return isToBeSaved && name.trim() === '' ? { name: 'A name is needed.', ...missing } : missing;
}

/** A draft with the host key that a test has shown. */
export function withHostKey({ fields, values }: ConnectorDraft, hostKey: string): Values {
  const field = hostKeyField(fields);
  return field ? withValue(values, field.path, hostKey) : values;
}

export function isOtherDraft(draft: ConnectorDraft, atFirst: ConnectorDraft): boolean {
  return draft.name !== atFirst.name || !isSame(draft.values, atFirst.values);
}

/** Where a server's problem is shown: at its field among those drawn, or undefined where it has none. */
export function placeOf(problem: Problem | undefined, paths: string[]): string | undefined {
  if (!problem?.field || isOutdated(problem)) return undefined;
  return problem.field === 'name' ? 'name' : nearestPath(problem.field.replace(/^config\./, ''), paths);
}
