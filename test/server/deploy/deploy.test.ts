import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig, settingNames } from '../../../server/config.ts';
import { lanes } from '../../../server/lanes/lanes.ts';
import { programs } from '../../../server/machine/programs.ts';

interface ComposeService {
  env_file: string;
  environment: Record<string, string>;
  deploy: { replicas: number; resources: { limits: { memory: string } } };
  ports?: string[];
}

interface Variable {
  name: string;
  value: string;
}

interface Container {
  env: Variable[];
  ports?: { name: string; containerPort: number }[];
  resources: { limits: { memory: string } };
  livenessProbe?: { httpGet: { path: string; port: string } };
  readinessProbe?: { httpGet?: { path: string; port: string } };
}

interface KubernetesObject {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec: {
    replicas: number;
    selector: { matchLabels?: Record<string, string>; role?: string };
    template: { metadata: { labels: Record<string, string> }; spec: { containers: Container[] } };
    ports?: { targetPort: string }[];
  };
}

const folder = new URL('../../../../server/deploy/', import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');

/** What others read: the AWS SDK, Node, the C library, and the machine's programs. */
const others = [
  ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_S3', 'NODE_ENV'],
  ...['MALLOC_ARENA_MAX', 'MALLOC_TRIM_THRESHOLD_'],
  ...Object.values(programs).map(({ environment }) => environment),
];
const namesIn = (list: string) => [...list.matchAll(/^([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);

describe('what the program is deployed by', () => {
  const compose = parse(text('compose.yaml'), { merge: true }) as { services: Record<string, ComposeService> };
  const objects = parseAllDocuments(text('kubernetes.yaml')).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS() as KubernetesObject;
  });
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const containerOf = ({ spec }: KubernetesObject) => {
    const [container] = spec.template.spec.containers;
    if (!container) throw new Error('a deployment has no container');
    return container;
  };
  const sample = text('cqa.env.example');

  it('starts every role there is, the same number of times with the same memory by both files', () => {
    const memory = (size: string) => size.replace('i', '');
    const byCompose = Object.entries(compose.services).map(([name, { environment, deploy }]) => {
      expect(environment.CQA_ROLES).to.equal(name);
      return [name, deploy.replicas, memory(deploy.resources.limits.memory)];
    });
    const byKubernetes = deployments.map((deployment) => {
      const { env, resources } = containerOf(deployment);
      const role = env.find(({ name }) => name === 'CQA_ROLES')?.value;
      return [role, deployment.spec.replicas, memory(resources.limits.memory)];
    });
    expect(byKubernetes).to.have.deep.members(byCompose);
    expect(byCompose.map(([name]) => name)).to.have.members(readConfig({}).roles);
    const readme = text('README.md');
    for (const [name, replicas, limit] of byCompose)
      expect(readme, `the README's row of ${name}`).to.match(
        new RegExp(`\\| \`${name}\` \\| ${replicas}\\D.* ${limit}`),
      );
  });

  it('is sized for the threads that a worker has', () => {
    expect(text('README.md')).to.include(`| 8 + 6 for each of ${lanes.length} threads |`);
  });

  it('sets no variable that nobody reads, and what it sets the program takes', () => {
    const known = [...settingNames, ...others];
    const docker = [...text('Dockerfile').matchAll(/\b([A-Z][A-Z0-9_]+)=/g)].map(([, name = '']) => name);
    const unit = [...text('cqa.service').matchAll(/\b(CQA_[A-Z_]+|NODE_ENV)=/g)].map(([, name = '']) => name);
    const config = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const used = [
      ...[docker, unit, namesIn(sample), Object.keys(config)].flat(),
      ...Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment)),
      ...deployments.flatMap((deployment) => containerOf(deployment).env.map(({ name }) => name)),
      ...[...text('README.md').matchAll(/`((?:CQA|KAFKA|STORAGE|DATABASE|PUBLIC|LOG)_[A-Z_]+)/g)].map(
        ([, name = '']) => name,
      ),
    ];
    expect(used.filter((name) => !known.includes(name))).to.deep.equal([]);
    const environment = Object.fromEntries(
      sample.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
    );
    expect(readConfig(environment).kafka?.sasl?.mechanism).to.equal('scram-sha-512');
    expect(readConfig({ ...environment, ...config }).storageUrl).to.match(/^s3:/);
  });

  it('selects the pods that it makes, at ports that they have, and asks for health where there are answers', () => {
    for (const deployment of deployments) {
      const { selector, template } = deployment.spec;
      expect(template.metadata.labels).to.deep.equal(selector.matchLabels);
      const { ports = [], livenessProbe, readinessProbe } = containerOf(deployment);
      const probes = [livenessProbe?.httpGet, readinessProbe?.httpGet].filter((probe) => probe !== undefined);
      for (const { path, port } of probes) {
        expect(['/healthz', '/readyz']).to.include(path);
        expect(ports.map(({ name }) => name)).to.include(port);
      }
      expect(probes.length, deployment.metadata.name).to.equal(deployment.metadata.name === 'cqa-web' ? 2 : 0);
    }
    for (const { spec } of objects.filter(({ kind }) => kind === 'Service')) {
      const target = deployments.find(({ spec: { selector } }) => selector.matchLabels?.role === spec.selector.role);
      if (!target) throw new Error(`nothing has the role ${spec.selector.role}`);
      const names = containerOf(target).ports?.map(({ name }) => name);
      for (const { targetPort } of spec.ports ?? []) expect(names).to.include(targetPort);
    }
  });
});
