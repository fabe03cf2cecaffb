import { type Database, isDuplicateKey } from '../database.ts';
import type { Models } from './open.ts';

export type { Models };

const opened = new WeakMap<Database, Promise<Models>>();

/**
 * The models on that database; opened on first use and closed with the database. Sequelize takes 15 MB, so it is loaded
 * when somebody configures something: threads and programs that only work do without it.
 */
export function modelsOf(database: Database): Promise<Models> {
  const known = opened.get(database);
  if (known) return known;
  const models = import('./open.ts').then(({ openModels }) => openModels(database.address));
  opened.set(database, models);
  const close = database.close;
  database.close = async () => {
    await (await models).sequelize.close();
    await close();
  };
  return models;
}

/** Whether a write failed because its name is taken: Sequelize keeps the database's own error as `original`. */
export function isTaken(error: unknown): boolean {
  return isDuplicateKey((error as { original?: unknown } | null)?.original);
}
