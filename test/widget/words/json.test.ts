import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { indentedJson } = await widgetModule<typeof import('../../../widget/words/json.ts')>('words/json.ts');

describe('JSON laid out for reading', () => {
  it('has a line for each member, and empty ones stay short', () => {
    expect(indentedJson('{"a":1,"b":{"c":[1,2],"d":{}},"e":[]}')).to.equal(
      '{\n  "a": 1,\n  "b": {\n    "c": [\n      1,\n      2\n    ],\n    "d": {}\n  },\n  "e": []\n}',
    );
  });

  it('is laid out as JSON.stringify lays it out', () => {
    const value = { text: 'a "quoted\\" {text}, with: signs\n', list: [{ x: null }, [true, false], -1.5e3], empty: [] };
    expect(indentedJson(JSON.stringify(value))).to.equal(JSON.stringify(value, null, 2));
    expect(indentedJson(JSON.stringify(value, null, 7))).to.equal(JSON.stringify(value, null, 2));
  });

  it('keeps every value as it is written: long numbers and repeated keys too', () => {
    const laidOut = indentedJson('{"id":12345678901234567890,"id":1.10,"t":"\\u00e9"}');
    expect(laidOut).to.equal('{\n  "id": 12345678901234567890,\n  "id": 1.10,\n  "t": "\\u00e9"\n}');
  });

  it('leaves what is no JSON object or list alone', () => {
    for (const text of ['{"a":', 'c1,VOICE', '12', '"text"', '', 'null'])
      expect(indentedJson(text)).to.equal(undefined);
  });
});
