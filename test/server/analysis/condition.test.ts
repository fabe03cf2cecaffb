import { expect } from 'chai';
import { attributeLookup } from '../../../server/analysis/attributes.ts';
import { matches, matchesGroup } from '../../../server/analysis/condition.ts';
import { type Operator, operators, type Scalar } from '../../../shared/quality.ts';

const meets = (actual: Scalar | undefined, operator: Operator, value: Scalar) =>
  matches({ attribute: 'x', operator, value }, () => actual);

describe('matches', () => {
  it('compares numbers as numbers, also when written as text', () => {
    expect(meets('120', 'GREATER_THAN', 60)).to.equal(true);
    expect(meets(9, 'LESS_THAN', '10')).to.equal(true);
    expect(meets('2.0', 'IS', 2)).to.equal(true);
    expect(meets(5, 'GREATER_OR_EQUAL', 5)).to.equal(true);
    expect(meets(5, 'LESS_OR_EQUAL', 4.9)).to.equal(false);
  });

  it('compares text trimmed and without regard to case', () => {
    expect(meets(' Voice ', 'IS', 'VOICE')).to.equal(true);
    expect(meets('Gold customer', 'CONTAINS', 'gold')).to.equal(true);
    expect(meets('Gold customer', 'NOT_CONTAINS', 'silver')).to.equal(true);
    expect(meets(true, 'IS', 'true')).to.equal(true);
    expect(meets('2026-11-02', 'LESS_THAN', '2026-11-10')).to.equal(true);
  });

  it('puts a number and a text in no order', () => {
    for (const operator of ['GREATER_THAN', 'LESS_THAN', 'GREATER_OR_EQUAL', 'LESS_OR_EQUAL', 'IS'] as const)
      expect(meets('unknown', operator, 5), operator).to.equal(false);
    expect(meets('unknown', 'IS_NOT', 5)).to.equal(true);
  });

  it('keeps long identifiers apart that are one number', () => {
    expect(meets('90071992547409921', 'IS', '90071992547409922')).to.equal(false);
  });

  it('lets a missing attribute meet only what asks for a difference', () => {
    const met = operators.filter((operator) => meets(undefined, operator, 'a'));
    expect(met).to.deep.equal(['IS_NOT', 'NOT_CONTAINS']);
  });
});

describe('matchesGroup', () => {
  it('is an OR of ANDs, and everything matches where nothing is asked', () => {
    const lookup = attributeLookup({ channel_type: 'VOICE', duration_seconds: 90 }, {});
    const voice = { attribute: 'channel_type', operator: 'IS', value: 'voice' } as const;
    const long = { attribute: 'duration_seconds', operator: 'GREATER_THAN', value: 120 } as const;
    expect(matchesGroup([], lookup)).to.equal(true);
    expect(matchesGroup([[voice, long]], lookup)).to.equal(false);
    expect(matchesGroup([[long], [voice]], lookup)).to.equal(true);
  });
});

describe('attributeLookup', () => {
  const lookup = attributeLookup(
    { language: 'en', source: null },
    { source: 'pbx', language: 'de', 'metadata.odd': 1 },
  );

  it('finds fields first, then metadata', () => {
    expect(lookup('language')).to.equal('en');
    expect(lookup('source')).to.equal('pbx');
    expect(lookup('metadata.language')).to.equal('de');
    expect(lookup('metadata.odd')).to.equal(1);
  });

  it('finds nothing that was not put there', () => {
    for (const name of ['nothing', 'constructor', '__proto__', 'toString', 'metadata.constructor'])
      expect(lookup(name)).to.equal(undefined);
  });
});
