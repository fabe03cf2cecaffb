import type { Direction } from '../../shared/connector.ts';
import type { Connector, ConnectorType } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { type Field, fieldsOf } from '../form/fields.ts';
import { startValues, type Values } from '../form/values.ts';

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
