import { expect } from 'chai';
import { z } from 'zod';
import { connectorTypes } from '../../../server/connectors/registry.ts';
import {
  formOf,
  joinSecrets,
  secretPaths,
  secretPathsIn,
  secretsForNewAddress,
  splitSecrets,
} from '../../../server/connectors/secrets.ts';
import { secret } from '../../../shared/connector.ts';

const schema = z.object({
  host: z.string(),
  credential: z.discriminatedUnion('type', [
    z.object({ type: z.literal('password'), password: secret() }),
    z.object({ type: z.literal('ssh_key'), private_key: secret().optional(), public_key: z.string().optional() }),
  ]),
});

describe('secrets of a connector', () => {
  it('are found wherever the schema marks them', () => {
    expect(secretPaths(schema)).to.have.members(['credential.password', 'credential.private_key']);
  });

  it('are those of the chosen alternative alone, for one config', () => {
    const config = (type: string) => ({ host: 'h', credential: { type } });
    expect(secretPathsIn(schema, config('ssh_key'))).to.deep.equal(['credential.private_key']);
    expect(secretPathsIn(schema, config('password'))).to.deep.equal(['credential.password']);
    expect(secretPathsIn(schema, { host: 'h' })).to.have.members(secretPaths(schema));
  });

  it('that nobody is to see are left out of the form, like every hidden field', () => {
    const form = formOf(z.object({ name: z.string(), hash: secret({ hidden: true }) }));
    expect(form.properties).to.have.all.keys('name');
    expect(form.required).to.deep.equal(['name']);
  });

  it('are to be typed again for a new address, each system of a config for itself, but never one that is not sent', () => {
    const system = z.object({
      url: z.string().meta({ address: true }),
      token: secret(),
      key: secret({ unsent: true }),
    });
    const two = z.object({ first: system, second: system, other: z.string() });
    const value = (url: string) => ({ url, token: 't', key: 'k' });
    const before = { first: value('a'), second: value('b'), other: 'x' };
    expect(secretsForNewAddress(two, before, { ...before, other: 'y' })).to.deep.equal([]);
    expect(secretsForNewAddress(two, before, { ...before, second: value('c') })).to.deep.equal(['second.token']);
    const one = z.object({ host: z.string().meta({ address: true }), credential: z.object({ password: secret() }) });
    const at = (host: string) => ({ host, credential: { password: 'p' } });
    expect(secretsForNewAddress(one, at('a'), at('b'))).to.deep.equal(['credential.password']);
  });

  it('cannot stand in a list, where nothing would seal them', () => {
    expect(() => secretPaths(z.object({ keys: z.array(z.object({ key: secret() })) }))).to.throw(/in a list/);
  });

  it('are taken out and put back', () => {
    const config = { host: 'h', credential: { type: 'password', password: 'p' } };
    const { open, secrets } = splitSecrets(config, secretPaths(schema));
    expect(open).to.deep.equal({ host: 'h', credential: { type: 'password' } });
    expect(joinSecrets(open, secrets)).to.deep.equal(config);
  });

  it('give way to a new value', () => {
    const joined = joinSecrets({ credential: { type: 'password', password: 'new' } }, { 'credential.password': 'old' });
    expect(joined).to.deep.equal({ credential: { type: 'password', password: 'new' } });
  });

  it('are marked in every type: no field named like a secret goes unmarked', () => {
    for (const type of connectorTypes) {
      const marked = new Set(secretPaths(type.config));
      for (const path of fieldPaths(z.toJSONSchema(type.config, { io: 'input', unrepresentable: 'any' })))
        if (/(password|secret|token|private_key|secret_key)$/.test(path))
          expect(marked, `${type.id}: ${path}`).to.include(path);
    }
  });
});

type Node = { [key: string]: unknown };

function fieldPaths(node: Node, path = ''): string[] {
  const branches = ['oneOf', 'anyOf', 'allOf'].flatMap((key) => (node[key] as Node[] | undefined) ?? []);
  const children = Object.entries((node.properties as Record<string, Node> | undefined) ?? {});
  return [
    ...branches.flatMap((branch) => fieldPaths(branch, path)),
    ...children.flatMap(([name, child]) => {
      const childPath = path ? `${path}.${name}` : name;
      return [childPath, ...fieldPaths(child, childPath)];
    }),
  ];
}
