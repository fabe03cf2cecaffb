import { expect } from 'chai';
import {
  bindQuery,
  isWhole,
  mysqlStyle,
  postgresStyle,
} from '../../../../../server/connectors/ecc4x/database/query.ts';

const range = { from: '2026-11-20 00:00:00', to: '2026-11-21 00:00:00' };

describe('a query of an installation', () => {
  it('gets both moments as values, never as text', () => {
    const query = 'SELECT 1 FROM t WHERE a >= :from AND a < :to OR b >= :FROM;';
    expect(bindQuery(query, range, postgresStyle)).to.deep.equal({
      text: 'SELECT 1 FROM t WHERE a >= $1 AND a < $2 OR b >= $1',
      values: [range.from, range.to],
    });
    expect(bindQuery(query, range, mysqlStyle)).to.deep.equal({
      text: 'SELECT 1 FROM t WHERE a >= ? AND a < ? OR b >= ?',
      values: [range.from, range.to, range.from],
    });
  });

  it('what looks like one in quotes, comments and casts stays', () => {
    const rest = ' WHERE a BETWEEN :from AND :to';
    for (const kept of [
      "SELECT ':from', 'it''s :to'",
      'SELECT "a:to" -- :from\n',
      'SELECT /* :from */ a::from',
      'SELECT $$ :to $$',
      'SELECT $x$ :to $x$',
      String.raw`SELECT 'C:\' , E'\':to'`,
    ])
      expect(bindQuery(kept + rest, range, postgresStyle).text).to.equal(`${kept} WHERE a BETWEEN $1 AND $2`);
    for (const kept of ['SELECT `a:to` # :from\n', String.raw`SELECT 'it\'s :to', "\":from"`])
      expect(bindQuery(kept + rest, range, mysqlStyle).text).to.equal(`${kept} WHERE a BETWEEN ? AND ?`);
  });

  it('one without both is taken as it is', () => {
    const query = "SELECT ':from', a FROM t -- :to";
    expect(isWhole(query, postgresStyle)).to.equal(true);
    expect(bindQuery(`${query};`, range, postgresStyle)).to.deep.equal({ text: query, values: [] });
    expect(isWhole('SELECT 1 WHERE a >= :from AND a < :to', mysqlStyle)).to.equal(false);
  });

  it('one that uses a moment only in quotes is refused: each day would be the whole table', () => {
    expect(() => bindQuery("SELECT * FROM t WHERE a >= :from AND b = ':to'", range, postgresStyle)).to.throw(/:to/);
  });
});
