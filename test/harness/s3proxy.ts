import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { scratchFolder } from './folders.ts';
import { packageRoot } from './product.ts';

/** S3Proxy: an S3 server over folders, which checks signatures. Its jars come from Maven, once for this clone. */
export interface S3Proxy {
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Each bucket is a folder in it. */
  directory: string;
  pid: number;
  stop(): Promise<void>;
}

const version = '4.1.0';
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';
const startMs = 60_000;

/** What this machine lacks to run it; undefined where it can. */
export function missingForS3Proxy(): string | undefined {
  const missing = ['java', 'mvn'].filter((name) => spawnSync(name, ['-version'], { stdio: 'ignore' }).error);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found (Debian: apt-get install maven)`;
}

export async function startS3Proxy(): Promise<S3Proxy> {
  const jars = fetchJars();
  const base = scratchFolder('s3proxy');
  const directory = join(base, 'buckets');
  mkdirSync(directory);
  const port = await freePort();
  const keys = { accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`, secretAccessKey: secret() };
  writeFileSync(join(base, 's3proxy.conf'), settings({ port, directory, ...keys }));
  writeFileSync(join(base, 'logback.xml'), logging);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'java',
    [
      ...['-Xmx256m', '-XX:TieredStopAtLevel=4', `-Dlogback.configurationFile=${join(base, 'logback.xml')}`],
      ...['-cp', join(jars, '*'), 'org.gaul.s3proxy.Main', '--properties', join(base, 's3proxy.conf')],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await eventually('S3Proxy answers', () => answers(url, child), startMs);
  return {
    ...{ url, ...keys, directory, pid: child.pid ?? 0 },
    async stop() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      kill();
      await ended;
      process.off('exit', kill);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function secret(): string {
  return randomBytes(30).toString('base64');
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`S3Proxy ended with ${child.exitCode}.`);
  return await fetch(url).then(
    () => true,
    () => false,
  );
}

/** The folder with its jars. Two processes may fetch them at once; the first to be done puts its own in place. */
function fetchJars(): string {
  const cache = join(packageRoot, 'node_modules', '.cache');
  const folder = join(cache, `s3proxy-${version}`);
  if (existsSync(folder)) return folder;
  console.error(`Fetching S3Proxy ${version} by Maven, once (30 MB).`);
  const making = join(cache, `s3proxy-${randomUUID()}`);
  mkdirSync(making, { recursive: true });
  writeFileSync(join(making, 'pom.xml'), project);
  const goal = [`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${making}`];
  const run = spawnSync('mvn', ['-q', '-B', '-f', join(making, 'pom.xml'), ...goal], { encoding: 'utf8' });
  if (run.status !== 0) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(`Maven could not fetch S3Proxy: ${run.stdout}${run.stderr}`);
  }
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

/** Without what it needs only to stand before other clouds. Its own choice of annotations is too old for its Jackson. */
const project = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cqa</groupId>
  <artifactId>s3proxy-jars</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.fasterxml.jackson.core</groupId>
      <artifactId>jackson-annotations</artifactId>
      <version>2.22</version>
    </dependency>
    <dependency>
      <groupId>org.gaul</groupId>
      <artifactId>s3proxy</artifactId>
      <version>${version}</version>
      <exclusions>
        ${['com.azure', 'com.google.cloud', 'com.github.openstack4j.core', 'com.github.openstack4j.core.connectors', 'org.apache.sshd'].map((group) => `<exclusion><groupId>${group}</groupId><artifactId>*</artifactId></exclusion>`).join('\n        ')}
      </exclusions>
    </dependency>
  </dependencies>
</project>
`;

const logging = `<configuration>
  <appender name="errors" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>s3proxy: %level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="ERROR"><appender-ref ref="errors"/></root>
</configuration>
`;

interface Settings {
  port: number;
  directory: string;
  accessKeyId: string;
  secretAccessKey: string;
}

function settings({ port, directory, accessKeyId, secretAccessKey }: Settings): string {
  return `s3proxy.endpoint=http://127.0.0.1:${port}
s3proxy.authorization=aws-v4
s3proxy.identity=${accessKeyId}
s3proxy.credential=${secretAccessKey}
jclouds.provider=filesystem-nio2
jclouds.identity=none
jclouds.credential=none
jclouds.filesystem.basedir=${directory}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
