import { expect } from 'chai';
import { z } from 'zod';
import { validate } from '../../../server/api/validate.ts';
import type { AppError } from '../../../shared/error.ts';

const words = 'must be a string, a number or a boolean';
const schema = z.strictObject({
  a: z.string().optional(),
  source: z.string('source must be a text').optional(),
  must: z.string('must be a text').optional(),
  metadata: z.record(z.string(), z.union([z.string(words), z.number(words), z.boolean(words)])).optional(),
  pairs: z.array(z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) })).optional(),
  range: z.strictObject({ start: z.string('start must be a date') }).optional(),
});

function refusalOf(value: unknown): AppError {
  try {
    validate(schema, value);
  } catch (error) {
    return error as AppError;
  }
  return expect.fail('it was taken');
}

describe('the words about a wrong value', () => {
  const wrong: [value: unknown, field: string, message: string][] = [
    [{ a: 5 }, 'a', 'a: Invalid input: expected string, received number'],
    [{ source: 5 }, 'source', 'source must be a text'],
    [{ must: 5 }, 'must', 'must must be a text'],
    [{ sourc: 'x' }, 'sourc', 'sourc is no field of this call; did you mean source?'],
    [{ wholly_other: 1 }, 'wholly_other', 'wholly_other is no field of this call'],
    [{ metadata: { x: {} } }, 'metadata.x', 'metadata.x must be a string, a number or a boolean'],
    [{ metadata: { a: null } }, 'metadata.a', 'metadata.a must be a string, a number or a boolean'],
    [{ pairs: [{ value: [] }] }, 'pairs.0.value', 'pairs.0.value must be a string, a number or a boolean'],
    [{ pairs: [{}] }, 'pairs.0.value', 'pairs.0.value is required'],
    [{ pairs: [{ value: 1, valu: 2 }] }, 'pairs.0.valu', 'pairs.0.valu is no field of this call; did you mean value?'],
    [{ range: { start: 1 } }, 'range.start', 'range.start must be a date'],
  ];
  for (const [value, field, message] of wrong)
    it(`name its field by its full path: ${JSON.stringify(value)}`, () => {
      expect(refusalOf(value)).to.include({ code: 'invalid', field, message });
    });

  it('are about every field at fault, each once, up to ten', () => {
    expect(refusalOf({ a: 1, source: 2 }).message).to.match(/^a: Invalid.*; source must be a text$/);
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`other${n}`, n]));
    expect(refusalOf(many).message).to.match(/; and 2 more$/);
  });

  it('suggest a few names for unknown fields, as many as they may, and show of a long name only its beginning', () => {
    const unknown = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`sourc${n}`, n]));
    const suggestions = { left: 7 };
    expect(() => validate(schema, unknown, [], suggestions))
      .to.throw()
      .with.property('message')
      .that.satisfies((message: string) => message.split('did you mean').length === 8);
    expect(suggestions.left).to.equal(0);
    expect(refusalOf(unknown).message.split('did you mean')).to.have.length(6);
    const long = refusalOf({ ['x'.repeat(1_000_000)]: 1 });
    expect(long.message).to.have.length.below(200);
    expect(long.field).to.have.length.below(100);
  });

  it('come before the schema looks at more fields than any call has', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`sourc${n}`, n]));
    const suggestions = { left: 7 };
    expect(() => validate(schema, many, [], suggestions)).to.throw('The body must not exceed 200 keys');
    expect(suggestions.left).to.equal(7);
    expect(refusalOf({ metadata: many })).to.include({
      field: 'metadata',
      message: 'metadata must not exceed 200 keys',
    });
  });

  it('refuse __proto__ as a name wherever it stands', () => {
    const wrong = ['{"__proto__":{"a":1}}', '{"metadata":{"__proto__":"p"}}'].map((text) =>
      refusalOf(JSON.parse(text)),
    );
    expect(wrong.map(({ field, message }) => [field, message])).to.deep.equal([
      ['__proto__', '__proto__ is no name that a field can have'],
      ['metadata.__proto__', 'metadata.__proto__ is no name that a field can have'],
    ]);
  });
});
