import { expect } from 'chai';
import { longestName, nameSchema, printable } from '../../shared/name.ts';

describe('a name', () => {
  const refusal = (name: string) => nameSchema.safeParse(name).error?.issues.map(({ message }) => message);

  it('is a line of any writing, without the spaces around it', () => {
    const emoji = '👩\u200D👩\u200D👧';
    for (const name of ['nightly', 'Größe 2', 'नाइट\u200Dली', 'تقرير', '日次', `calls ${emoji}`, 'a "b" <c> & d', '-'])
      expect(nameSchema.parse(`  ${name}\n`)).to.equal(name);
    expect(nameSchema.parse('x'.repeat(longestName))).to.have.length(longestName);
  });

  it('has something to be seen by', () => {
    for (const name of ['', '   ', '\t\n', '\u00A0\u3000', '\u200B', '\u200D\uFEFF', '\u2800', '\u3164', '\u0000'])
      expect(refusal(name), JSON.stringify(name)).to.deep.equal(['a name that is more than spaces']);
  });

  it('holds nothing that controls a screen, turns writing around, or is half a character', () => {
    for (const unit of [
      '\u0000',
      '\u0007',
      '\t',
      '\n',
      '\u001B',
      '\u007F',
      '\u0085',
      '\u2028',
      '\u202E',
      '\u2066',
      '\uD83D',
    ])
      expect(refusal(`a${unit}b`), JSON.stringify(unit)).to.deep.equal([
        'a name without control characters, such as tabs and line ends',
      ]);
  });

  it('is not too long', () => {
    expect(refusal('x'.repeat(longestName + 1))).to.deep.equal(['a name of at most 120 characters']);
  });

  it('can be printed also where it is none', () => {
    expect(printable('a\u001B[2Jb\nc')).to.equal('a\\u001B[2Jb\\u000Ac');
    expect(printable('Größe "2"')).to.equal('Größe "2"');
  });
});
