import type {
  CreationOptional,
  InferAttributes,
  InferCreationAttributes,
  Model,
  ModelStatic,
  Sequelize,
} from 'sequelize';
import type { CheckResult, Direction } from '../../shared/connector.ts';
import { accountId, flag, instant, json, madeAt, optionalText, rowId, text, uid } from './columns.ts';

export interface ConnectorRow extends Model<InferAttributes<ConnectorRow>, InferCreationAttributes<ConnectorRow>> {
  id: CreationOptional<number>;
  account_id: number;
  uid: Buffer;
  name: string;
  direction: Direction;
  type: string;
  /** What may be shown; secrets are in `sealed_secrets`, by their dotted path. */
  config: Record<string, unknown>;
  sealed_secrets: string | null;
  is_enabled: boolean;
  last_check: CreationOptional<CheckResult | null>;
  created_by: string;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
  deleted_at: CreationOptional<Date | null>;
}

export function defineConnector(sequelize: Sequelize): ModelStatic<ConnectorRow> {
  return sequelize.define<ConnectorRow>('connector', {
    id: rowId(),
    account_id: accountId(),
    uid: uid(),
    name: text(),
    direction: text(),
    type: text(),
    config: json('config'),
    sealed_secrets: optionalText(),
    is_enabled: flag(),
    last_check: json('last_check'),
    created_by: text(),
    created_at: madeAt(),
    updated_at: instant(),
    deleted_at: instant(),
  });
}
