import { expect } from 'chai';
import { z } from 'zod';
import { connectorTypes } from '../../../server/connectors/registry.ts';
import { joinSecrets, secretPaths, splitSecrets } from '../../../server/connectors/secrets.ts';
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
