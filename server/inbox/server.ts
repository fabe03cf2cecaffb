import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { endSilentSessions } from '../../db/queries/inbox-sessions.ts';
import type { Services } from '../services.ts';
import { endsWithin } from '../wait.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { algorithms } from './algorithms.ts';
import { type AttemptLimits, Attempts, attemptLimits } from './attempts.ts';
import { loadHostKey } from './host-key.ts';
import { LiveUploads } from './live-uploads.ts';
import { lookAtVisits } from './look.ts';
import { forgetServer, noteServer } from './server-facts.ts';
import { type SignInDelays, signInDelays } from './sign-in.ts';
import { addressOf, Visit, type VisitContext, type VisitLimits, visitLimits } from './visit.ts';

export interface InboxServerOptions {
  port: number;
  host: string;
  /** Something may have to be imported now. */
  arrived?: () => void;
  attempts?: Partial<AttemptLimits>;
  limits?: Partial<VisitLimits>;
  delays?: Partial<SignInDelays>;
  connections?: number;
  connectionsPerAddress?: number;
}

export interface RunningInbox {
  port: number;
  close(): Promise<void>;
}

const lookMs = 15_000;
const progressMs = 1000;
const stopMs = 5000;

/** The SFTP server that senders push to. Fails with the system's own error where it cannot listen. */
export async function startInboxServer(services: Services, options: InboxServerOptions): Promise<RunningInbox> {
  const { port, host, connections = 512, connectionsPerAddress = 32 } = options;
  const context = contextOf(services, options);
  const visits = new Set<Visit>();
  const sockets = new Set<Socket>();
  const { privateKey } = await loadHostKey(services);
  const ssh = new ssh2.Server({ hostKeys: [privateKey], algorithms, ident: 'CQA' }, (connection, info) => {
    const socket = [...sockets].find(
      ({ remotePort, remoteAddress }) => remotePort === info.port && remoteAddress === info.ip,
    );
    if (!socket) return void connection.end();
    const visit = new Visit(context, connection, info, socket);
    visits.add(visit);
    void visit.ended.then(() => visits.delete(visit));
  });
  ssh.on('error', (error: Error) => services.log.warn({ err: error }, 'the inbox server had an error'));

  const door = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const from = [...sockets].filter(({ remoteAddress }) => remoteAddress === socket.remoteAddress).length;
    socket.on('error', () => socket.destroy());
    if (sockets.size >= connections || from >= connectionsPerAddress) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void admit(socket);
  });

  /** An address that is banned costs us no cryptography. */
  async function admit(socket: Socket): Promise<void> {
    try {
      if (await context.attempts.isBanned(addressOf(socket.remoteAddress))) socket.destroy();
      else ssh.injectSocket(socket);
    } catch (error) {
      services.log.warn({ err: error }, 'the inbox could not look whether an address is banned');
      socket.destroy();
    }
  }

  door.listen(port, host);
  await once(door, 'listening');
  const listening = door.address();
  const actualPort = typeof listening === 'object' && listening ? listening.port : port;
  // Whoever asks from now on is told this port, also where any free one was taken.
  await noteServer(services.database.pool, actualPort);
  const tasks = startTasks(services, context, visits, actualPort);
  return {
    port: actualPort,
    async close() {
      door.close();
      for (const visit of visits) visit.end('the server is stopping');
      await endsWithin(Promise.all([...visits].map(({ ended }) => ended)), stopMs);
      for (const socket of sockets) socket.destroy();
      await Promise.all(tasks.map((task) => task.stop()));
      await forgetServer(services.database.pool, actualPort);
    },
  };
}

function contextOf(services: Services, { arrived, attempts, limits, delays }: InboxServerOptions): VisitContext {
  return {
    services,
    attempts: new Attempts(services.database, { ...attemptLimits, ...attempts }),
    live: new LiveUploads(),
    limits: { ...visitLimits, ...limits },
    delays: { ...signInDelays, ...delays },
    arrived: arrived ?? (() => undefined),
  };
}

function startTasks(services: Services, { live }: VisitContext, visits: Set<Visit>, port: number) {
  const { database, log } = services;
  const look = startRepeatedTask(
    async () => {
      await noteServer(database.pool, port);
      await endSilentSessions(database.pool);
      await lookAtVisits(database.pool, visits);
    },
    { everyMs: lookMs, log, complaint: 'the sessions of the inbox could not be looked at; tried again' },
  );
  const progress = startRepeatedTask(() => live.showProgress(), {
    everyMs: progressMs,
    log,
    complaint: 'the progress of uploads could not be noted; tried again',
  });
  return [look, progress];
}
