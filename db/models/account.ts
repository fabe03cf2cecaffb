import type {
  CreationOptional,
  InferAttributes,
  InferCreationAttributes,
  Model,
  ModelStatic,
  Sequelize,
} from 'sequelize';
import type { Role } from '../../shared/configuration.ts';
import { accountId, flag, instant, json, madeAt, optionalCount, optionalText, rowId, text, uid } from './columns.ts';

export interface AccountRow extends Model<InferAttributes<AccountRow>, InferCreationAttributes<AccountRow>> {
  id: CreationOptional<number>;
  uid: Buffer;
  name: string;
  timezone: string;
  console_enabled: boolean;
  frame_origins: string[];
  email_domains: string[];
  ingest_per_minute: CreationOptional<number | null>;
  read_per_minute: CreationOptional<number | null>;
  daily_cap: CreationOptional<number | null>;
  weekly_cap: CreationOptional<number | null>;
  monthly_cap: CreationOptional<number | null>;
  webhooks_enabled: CreationOptional<boolean>;
  s3_buckets: CreationOptional<string[] | null>;
  created_at: CreationOptional<Date>;
}

export interface UserRow extends Model<InferAttributes<UserRow>, InferCreationAttributes<UserRow>> {
  id: CreationOptional<number>;
  account_id: number;
  uid: Buffer;
  email: string;
  name: CreationOptional<string | null>;
  role: Role;
  password_hash: string | null;
  email_verified_at: CreationOptional<Date | null>;
  teams: string[];
  campaigns: string[];
  disabled_at: CreationOptional<Date | null>;
  created_at: CreationOptional<Date>;
}

export function defineAccount(sequelize: Sequelize): ModelStatic<AccountRow> {
  return sequelize.define<AccountRow>('account', {
    id: rowId(),
    uid: uid(),
    name: text(),
    timezone: text(),
    console_enabled: flag(),
    frame_origins: json('frame_origins'),
    email_domains: json('email_domains'),
    ingest_per_minute: optionalCount(),
    read_per_minute: optionalCount(),
    daily_cap: optionalCount(),
    weekly_cap: optionalCount(),
    monthly_cap: optionalCount(),
    webhooks_enabled: { ...flag(), defaultValue: true },
    s3_buckets: json('s3_buckets'),
    created_at: madeAt(),
  });
}

export function defineUser(sequelize: Sequelize): ModelStatic<UserRow> {
  return sequelize.define<UserRow>('user', {
    id: rowId(),
    account_id: accountId(),
    uid: uid(),
    email: text(),
    name: optionalText(),
    role: text(),
    password_hash: optionalText(),
    email_verified_at: instant(),
    teams: json('teams'),
    campaigns: json('campaigns'),
    disabled_at: instant(),
    created_at: madeAt(),
  });
}
