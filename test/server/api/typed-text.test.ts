import { expect } from 'chai';
import { z } from 'zod';
import { typedValues } from '../../../server/api/typed-text.ts';

const schema = z.strictObject({
  whole: z.int().optional(),
  wholeOrNull: z.int().nullish(),
  ratio: z.number().optional(),
  isNew: z.boolean().nullish(),
  text: z.string().optional(),
  list: z.array(z.string()).optional(),
  object: z.record(z.string(), z.string()).nullish(),
});

function typed(name: string, text: string): unknown {
  return typedValues(schema, [[name, text]])[name];
}

describe('a text that stands for a value', () => {
  const good: [name: string, text: string, value: unknown][] = [
    ['whole', '7', 7],
    ['whole', ' -7 ', -7],
    ['wholeOrNull', '12', 12],
    ['whole', '9007199254740990', 9007199254740990],
    ['whole', '9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['ratio', '-1.5', -1.5],
    ['isNew', 'true', true],
    ['isNew', ' False ', false],
    ['text', '12', '12'],
    ['list', '["a"]', ['a']],
    ['object', '{"a":"b"}', { a: 'b' }],
    ['unknown', '1', '1'],
  ];
  for (const [name, text, value] of good)
    it(`becomes what the schema asks for: ${name}=${text.slice(0, 20)}`, () => {
      expect(typed(name, text)).to.deep.equal(value);
    });

  for (const [name, text] of [
    ['whole', 'x'],
    ['whole', ''],
    ['whole', '1e1'],
    ['ratio', '0x1'],
    ['isNew', '1'],
  ] as const)
    it(`stays a text for the schema to refuse: ${name}=${text}`, () => {
      expect(typed(name, text)).to.equal(text);
    });

  it('is refused by name where it should be JSON and is none', () => {
    expect(() => typed('object', '{x')).to.throw(/^object is not JSON: /);
  });

  it('is refused by name where its JSON holds half of a character', () => {
    expect(() => typed('object', '{"a":"x\\ud800y"}')).to.throw(/^object is not JSON: .*stands alone/);
  });

  it('has no way to the prototype', () => {
    const values = typedValues(schema, [['__proto__', '{"a":1}']]);
    expect(Object.getPrototypeOf(values)).to.equal(Object.prototype);
    expect(Object.keys(values)).to.deep.equal(['__proto__']);
  });
});
