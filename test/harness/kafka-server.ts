import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { localhostCertificate, localhostKey } from './certificate.ts';
import { eventually } from './eventually.ts';
import { scratchFolder } from './folders.ts';
import { freeze } from './freeze.ts';
import type { KafkaUsers } from './kafka.ts';
import { fetchJars, javaCompiler, type MavenServer } from './maven.ts';
import { freePort } from './ports.ts';

/** A broker as a process that can be stopped in several ways. */
export interface Broker {
  isReal: boolean;
  /** For clients, with the sign-in that was asked for. */
  brokers: string[];
  /** For the tests themselves: without sign-in, with every right. */
  insideBrokers: string[];
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  sasl: boolean;
  tls: boolean;
  acl: boolean;
  compaction: boolean;
  users: KafkaUsers;
}

const version = '4.3.1';

const server: MavenServer = {
  title: 'Apache Kafka',
  name: 'kafka',
  version,
  megabytes: 44,
  dependencies: `    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>`,
};

interface Ports {
  client: number;
  inside: number;
  controller: number;
}

/** Apache Kafka in KRaft mode: broker and controller in one process, on loopback alone. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const jars = fetchJars(server);
  const folder = scratchFolder('kafka');
  const ports = { client: await freePort(), inside: await freePort(), controller: await freePort() };
  writeFileSync(join(folder, 'server.properties'), settingsOf(folder, ports, options));
  writeFileSync(join(folder, 'log4j2.properties'), logging(folder));
  if (options.tls) makeKeystore(folder);
  format(jars, folder, options);
  let running = await startProcess(jars, folder, ports);
  return {
    isReal: true,
    // The certificate is for this name.
    brokers: [`${options.tls ? 'localhost' : '127.0.0.1'}:${ports.client}`],
    insideBrokers: [`127.0.0.1:${ports.inside}`],
    freeze: () => freeze(running.pid),
    thaw: () => running.signal('SIGCONT'),
    kill: () => running.kill(),
    async start() {
      running = await startProcess(jars, folder, ports);
    },
    async stop() {
      await running.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface BrokerProcess {
  pid: number;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}

/** The shell ends Java when its input ends: so the broker dies with us, whatever we die of. It ends as Java ends. */
const keeper = 'exec 3<&0; java "$@" & pid=$!; echo $pid; { read -r _ <&3; kill -9 $pid; } & wait $pid';

async function startProcess(jars: string, folder: string, ports: Ports): Promise<BrokerProcess> {
  const machine = ['-Xmx384m', '-XX:+UseSerialGC', `-XX:TieredStopAtLevel=${javaCompiler.level}`];
  const options = [...machine, `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`];
  const command = [...options, '-cp', join(jars, '*'), 'kafka.Kafka', join(folder, 'server.properties')];
  // In a group of its own: a Ctrl-C is for us, and we end it in order.
  const stdio = ['pipe', 'pipe', 'ignore'] as const;
  const shell = spawn('sh', ['-c', keeper, 'kafka', ...command], { stdio: [...stdio], detached: true });
  const pid = await firstNumber(shell);
  shell.stdout?.resume();
  await eventually('Kafka listens', async () => {
    if (shell.exitCode !== null) throw new Error(`Kafka ended: ${lastOf(folder)}`);
    return (await accepts(ports.client)) && (await accepts(ports.inside));
  });
  return {
    pid,
    signal: (name) => process.kill(pid, name),
    async kill() {
      const ended = shell.exitCode === null ? once(shell, 'exit') : undefined;
      shell.stdin?.end('\n');
      await ended;
    },
  };
}

async function firstNumber(shell: ChildProcess): Promise<number> {
  if (!shell.stdout) throw new Error('the shell was started without a pipe');
  const [line] = await once(createInterface({ input: shell.stdout }), 'line');
  return Number(line);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function lastOf(folder: string): string {
  const path = join(folder, 'server.log');
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-3000) : 'it wrote no log';
}

function format(jars: string, folder: string, { sasl, users }: BrokerOptions): void {
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
    Object.values(users).flatMap(({ username, password }) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]),
  );
  const tool = ['kafka.tools.StorageTool', 'format', '--config', join(folder, 'server.properties')];
  const options = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];
  const command = [...options, ...tool, `--cluster-id=${clusterId()}`, ...(sasl ? scram : [])];
  const run = spawnSync('java', command, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`Kafka's storage could not be made: ${run.stdout}${run.stderr}`);
}

/** Sixteen random bytes, as Kafka writes them. */
function clusterId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}

function makeKeystore(folder: string): void {
  const pem = join(folder, 'broker.pem');
  writeFileSync(pem, `${localhostKey}${localhostCertificate}`);
  const options = ['-export', '-in', pem, '-out', join(folder, 'broker.p12'), '-passout', `pass:${storePassword}`];
  const run = spawnSync('openssl', ['pkcs12', ...options], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`openssl could not make the broker's keystore: ${run.stderr}`);
}

/** Java wants one; the key in it is public. */
const storePassword = 'loopback';

function settingsOf(folder: string, ports: Ports, { sasl, tls, acl, compaction, users }: BrokerOptions): string {
  const host = tls ? 'localhost' : '127.0.0.1';
  const protocol = `${sasl ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`;
  const inside = `INSIDE://127.0.0.1:${ports.inside}`;
  return [
    ...['process.roles=broker,controller', 'node.id=1', `log.dirs=${join(folder, 'data')}`],
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=CLIENT://127.0.0.1:${ports.client},${inside},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=CLIENT://${host}:${ports.client},${inside}`,
    `listener.security.protocol.map=CLIENT:${protocol === 'PLAINTEXT' ? protocol : protocol.replace(/^_/, '')},INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    ...['inter.broker.listener.name=INSIDE', 'controller.listener.names=CONTROLLER'],
    ...['offsets.topic.replication.factor=1', 'offsets.topic.num.partitions=1'],
    ...['transaction.state.log.replication.factor=1', 'transaction.state.log.min.isr=1'],
    ...[
      'transaction.state.log.num.partitions=1',
      'group.initial.rebalance.delay.ms=0',
      'group.min.session.timeout.ms=1000',
      // A broker that was killed is let in again when it has been silent for so long.
      'broker.session.timeout.ms=3000',
      'broker.heartbeat.interval.ms=500',
    ],
    ...['auto.create.topics.enable=false', 'num.network.threads=2', 'num.io.threads=2'],
    ...cleanerSettings(compaction),
    ...(sasl ? saslSettings(users) : []),
    ...(tls ? tlsSettings(folder) : []),
    ...(acl ? aclSettings(users) : []),
    '',
  ].join('\n');
}

function cleanerSettings(isOn: boolean): string[] {
  if (!isOn) return ['log.cleaner.enable=false'];
  return ['log.cleaner.backoff.ms=500', 'log.cleaner.dedupe.buffer.size=4194304', 'log.initial.task.delay.ms=500'];
}

function saslSettings(users: KafkaUsers): string[] {
  const listener = 'listener.name.client.';
  const plain = Object.values(users).map(({ username, password }) => `user_${username}="${password}"`);
  const module = 'org.apache.kafka.common.security';
  return [
    `${listener}sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `${listener}plain.sasl.jaas.config=${module}.plain.PlainLoginModule required ${plain.join(' ')};`,
    ...['256', '512'].map(
      (bits) => `${listener}scram-sha-${bits}.sasl.jaas.config=${module}.scram.ScramLoginModule required;`,
    ),
  ];
}

function tlsSettings(folder: string): string[] {
  return [
    'ssl.keystore.type=PKCS12',
    `ssl.keystore.location=${join(folder, 'broker.p12')}`,
    `ssl.keystore.password=${storePassword}`,
    `ssl.key.password=${storePassword}`,
  ];
}

/** Whoever comes through the inside listener has no name, and every right. */
function aclSettings(users: KafkaUsers): string[] {
  return [
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:ANONYMOUS;User:${users.good.username}`,
  ];
}

function logging(folder: string): string {
  return [
    'rootLogger.level=ERROR',
    'rootLogger.appenderRef.file.ref=file',
    'appender.file.type=File',
    'appender.file.name=file',
    `appender.file.fileName=${join(folder, 'server.log')}`,
    'appender.file.layout.type=PatternLayout',
    'appender.file.layout.pattern=%d %p %c %m%n',
    '',
  ].join('\n');
}
