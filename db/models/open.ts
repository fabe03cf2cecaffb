import mysql2 from 'mysql2';
import { Sequelize } from 'sequelize';
import type { DatabaseAddress } from '../database.ts';
import { defineAccount, defineUser } from './account.ts';
import { defineConnector } from './connector.ts';
import { defineJob, defineJobConnector } from './job.ts';
import {
  defineAssignmentRule,
  defineMetadataField,
  defineQualityProfile,
  defineQualityProfileVersion,
} from './quality.ts';

/** The small tables that people configure, as Sequelize models. Interactions, work and executions are plain SQL. */
export type Models = ReturnType<typeof define>;

export function openModels(address: DatabaseAddress): Models {
  return define(connect(address));
}

function define(sequelize: Sequelize) {
  return {
    sequelize,
    Account: defineAccount(sequelize),
    User: defineUser(sequelize),
    Connector: defineConnector(sequelize),
    QualityProfile: defineQualityProfile(sequelize),
    QualityProfileVersion: defineQualityProfileVersion(sequelize),
    AssignmentRule: defineAssignmentRule(sequelize),
    MetadataField: defineMetadataField(sequelize),
    Job: defineJob(sequelize),
    JobConnector: defineJobConnector(sequelize),
  };
}

function connect({ host, port, socketPath, user, password, database, ssl }: DatabaseAddress): Sequelize {
  return new Sequelize(database, user, password, {
    dialect: 'mysql',
    dialectModule: mysql2,
    ...(host ? { host, port } : {}),
    dialectOptions: { ...(socketPath ? { socketPath } : {}), ...(ssl ? { ssl: {} } : {}) },
    timezone: '+00:00',
    isolationLevel: 'READ COMMITTED',
    logging: false,
    define: { freezeTableName: true, timestamps: false },
    pool: { max: 4, idle: 30_000 },
  });
}
