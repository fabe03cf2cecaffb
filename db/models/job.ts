import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';
import type { JobAlerts } from '../../shared/alert.ts';
import type { JobType, Schedule } from '../../shared/job.ts';
import type { ReportConfig } from '../../shared/report.ts';
import { accountId, flag, instant, json, madeAt, rowId, text, uid } from './columns.ts';

export interface JobRow extends Model<InferAttributes<JobRow>, InferCreationAttributes<JobRow>> {
  id: CreationOptional<number>;
  account_id: number;
  uid: Buffer;
  name: string;
  type: JobType;
  schedule: Schedule;
  report: ReportConfig | null;
  /** Null: the account's; a webhook's secret is sealed. */
  alerts: CreationOptional<JobAlerts | null>;
  is_enabled: boolean;
  is_system: CreationOptional<boolean>;
  next_due_at: Date | null;
  created_by: string;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
  deleted_at: CreationOptional<Date | null>;
}

export interface JobConnectorRow
  extends Model<InferAttributes<JobConnectorRow>, InferCreationAttributes<JobConnectorRow>> {
  job_id: number;
  connector_id: number;
  position: number;
}

export function defineJob(sequelize: Sequelize): ModelStatic<JobRow> {
  return sequelize.define<JobRow>('job', {
    id: rowId(),
    account_id: accountId(),
    uid: uid(),
    name: text(),
    type: text(),
    schedule: json('schedule'),
    report: json('report'),
    alerts: json('alerts'),
    is_enabled: flag(),
    is_system: { ...flag(), defaultValue: false },
    next_due_at: instant(),
    created_by: text(),
    created_at: madeAt(),
    updated_at: instant(),
    deleted_at: instant(),
  });
}

export function defineJobConnector(sequelize: Sequelize): ModelStatic<JobConnectorRow> {
  const key = () => ({ type: DataTypes.INTEGER.UNSIGNED, primaryKey: true });
  return sequelize.define<JobConnectorRow>('job_connector', {
    job_id: key(),
    connector_id: key(),
    position: { type: DataTypes.TINYINT.UNSIGNED, allowNull: false },
  });
}
