import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { scratchFolder } from './folders.ts';
import { fetchJars, javaCompiler, type MavenServer, missingForJava } from './maven.ts';
import { freePort } from './ports.ts';

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

const startMs = 60_000;

export const missingForS3Proxy = missingForJava;

export async function startS3Proxy(): Promise<S3Proxy> {
  const jars = fetchJars(server);
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
      ...[
        '-Xmx256m',
        `-XX:TieredStopAtLevel=${javaCompiler.level}`,
        `-Dlogback.configurationFile=${join(base, 'logback.xml')}`,
      ],
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

/** Without what it needs only to stand before other clouds. Its own choice of annotations is too old for its Jackson. */
const server: MavenServer = {
  title: 'S3Proxy',
  name: 's3proxy',
  version: '4.1.0',
  megabytes: 30,
  dependencies: `    <dependency>
      <groupId>com.fasterxml.jackson.core</groupId>
      <artifactId>jackson-annotations</artifactId>
      <version>2.22</version>
    </dependency>
    <dependency>
      <groupId>org.gaul</groupId>
      <artifactId>s3proxy</artifactId>
      <version>4.1.0</version>
      <exclusions>
        ${['com.azure', 'com.google.cloud', 'com.github.openstack4j.core', 'com.github.openstack4j.core.connectors', 'org.apache.sshd'].map((group) => `<exclusion><groupId>${group}</groupId><artifactId>*</artifactId></exclusion>`).join('\n        ')}
      </exclusions>
    </dependency>`,
};

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
