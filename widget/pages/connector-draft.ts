import type { Direction } from '../../shared/connector.ts';
import type { Problem } from '../api/problem.ts';
import type { Connector, ConnectorType, UnsavedConnector } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { type Field, fieldsOf } from '../form/fields.ts';
import { hostKeyField } from '../form/tried.ts';
import { isSame, nearestPath, startValues, type Values, valueAt } from '../form/values.ts';

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

/** Saves and answers the connector's uid. */
export async function writeDraft(
  app: AppContext,
  draft: ConnectorDraft,
  connector: Connector | undefined,
): Promise<string> {
  const { direction, type, name, values: config } = draft;
  const input = { name, direction, type: type.id, config };
  if (!connector) return (await app.api.connectors.create.mutate(input)).uid;
  await app.api.connectors.update.mutate({ ...input, uid: connector.uid, is_enabled: connector.is_enabled });
  return connector.uid;
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

export function isOtherDraft(draft: ConnectorDraft, atFirst: ConnectorDraft): boolean {
  return draft.name !== atFirst.name || !isSame(draft.values, atFirst.values);
}

/** Where a server's problem is shown: at its field among those drawn, or undefined where it has none. */
export function placeOf(problem: Problem | undefined, paths: string[]): string | undefined {
  if (!problem?.field) return undefined;
  return problem.field === 'name' ? 'name' : nearestPath(problem.field.replace(/^config\./, ''), paths);
}
