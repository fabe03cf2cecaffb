import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';
import type { MetadataField } from '../../shared/configuration.ts';
import type { AssignmentRule, QualityProfile } from '../../shared/quality.ts';
import { accountId, flag, instant, json, madeAt, rowId, text, uid } from './columns.ts';

export interface QualityProfileRow
  extends Model<InferAttributes<QualityProfileRow>, InferCreationAttributes<QualityProfileRow>> {
  id: CreationOptional<number>;
  account_id: number;
  uid: Buffer;
  name: string;
  version: number;
  created_at: CreationOptional<Date>;
  deleted_at: CreationOptional<Date | null>;
}

/** Versions never change: an analysis stays linked to the one it was made by. */
export interface QualityProfileVersionRow
  extends Model<InferAttributes<QualityProfileVersionRow>, InferCreationAttributes<QualityProfileVersionRow>> {
  profile_id: number;
  version: number;
  body: QualityProfile;
}

export interface AssignmentRuleRow
  extends Model<InferAttributes<AssignmentRuleRow>, InferCreationAttributes<AssignmentRuleRow>> {
  id: CreationOptional<number>;
  account_id: number;
  uid: Buffer;
  name: string;
  body: AssignmentRule;
  is_enabled: boolean;
  created_at: CreationOptional<Date>;
}

export interface MetadataFieldRow
  extends Model<InferAttributes<MetadataFieldRow>, InferCreationAttributes<MetadataFieldRow>> {
  account_id: number;
  cqa_key: string;
  body: MetadataField;
}

export function defineQualityProfile(sequelize: Sequelize): ModelStatic<QualityProfileRow> {
  return sequelize.define<QualityProfileRow>('quality_profile', {
    id: rowId(),
    account_id: accountId(),
    uid: uid(),
    name: text(),
    version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
    created_at: madeAt(),
    deleted_at: instant(),
  });
}

export function defineQualityProfileVersion(sequelize: Sequelize): ModelStatic<QualityProfileVersionRow> {
  const part = () => ({ type: DataTypes.INTEGER.UNSIGNED, primaryKey: true });
  return sequelize.define<QualityProfileVersionRow>('quality_profile_version', {
    profile_id: part(),
    version: part(),
    body: json('body'),
  });
}

export function defineAssignmentRule(sequelize: Sequelize): ModelStatic<AssignmentRuleRow> {
  return sequelize.define<AssignmentRuleRow>('assignment_rule', {
    id: rowId(),
    account_id: accountId(),
    uid: uid(),
    name: text(),
    body: json('body'),
    is_enabled: flag(),
    created_at: madeAt(),
  });
}

export function defineMetadataField(sequelize: Sequelize): ModelStatic<MetadataFieldRow> {
  return sequelize.define<MetadataFieldRow>('metadata_field', {
    account_id: { ...accountId(), primaryKey: true },
    cqa_key: { ...text(), primaryKey: true },
    body: json('body'),
  });
}
