import { DataTypes, type ModelAttributeColumnOptions } from 'sequelize';

/**
 * Columns that several models have. The tables are made by the migrations alone; models only read and write them. Each
 * use makes a new object, because Sequelize writes into what it is given.
 */

/** The public id, a UUIDv7 as 16 bytes. */
export const uid = (): ModelAttributeColumnOptions => ({ type: DataTypes.BLOB, allowNull: false });

export const rowId = (): ModelAttributeColumnOptions => ({
  type: DataTypes.INTEGER.UNSIGNED,
  autoIncrement: true,
  primaryKey: true,
});

export const accountId = (): ModelAttributeColumnOptions => ({ type: DataTypes.INTEGER.UNSIGNED, allowNull: false });

export const text = (): ModelAttributeColumnOptions => ({ type: DataTypes.STRING, allowNull: false });

export const optionalText = (): ModelAttributeColumnOptions => ({ type: DataTypes.STRING, allowNull: true });

export const optionalCount = (): ModelAttributeColumnOptions => ({ type: DataTypes.INTEGER.UNSIGNED, allowNull: true });

export const instant = (): ModelAttributeColumnOptions => ({ type: DataTypes.DATE(3), allowNull: true });

/** Filled by the database when the row is made. */
export const madeAt = (): ModelAttributeColumnOptions => ({ type: DataTypes.DATE(3), allowNull: true });

export const flag = (): ModelAttributeColumnOptions => ({ type: DataTypes.BOOLEAN, allowNull: false });

/** A value kept as JSON in a TEXT column; null stays null. */
export function json(name: string): ModelAttributeColumnOptions {
  return {
    type: DataTypes.TEXT,
    get() {
      const stored = this.getDataValue(name) as string | null | undefined;
      return stored === null || stored === undefined ? null : JSON.parse(stored);
    },
    set(value: unknown) {
      this.setDataValue(name, value === null || value === undefined ? null : JSON.stringify(value));
    },
  };
}
