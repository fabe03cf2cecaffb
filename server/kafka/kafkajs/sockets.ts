import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, rootCertificates } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { Egress } from '../../security/egress.ts';
import type { KafkaAddress } from '../cluster.ts';

export class ClosedEarly extends Error {}
export class AnsweredWithTls extends Error {}

const keepAliveMs = 60_000;

/**
 * The connections of one client. Every address, also those that brokers name, goes through the guard. kafkajs keeps only
 * the words of a failure, so the failures themselves are kept here.
 */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #failures = new Map<string, unknown>();
  readonly #egress: Egress | undefined;
  readonly #tls: ConnectionOptions | undefined;
  #isClosed = false;

  constructor(address: KafkaAddress, egress: Egress | undefined) {
    this.#egress = egress;
    const own = address.tls?.ca;
    this.#tls = address.tls && (own === undefined ? {} : { ca: [...rootCertificates, own] });
  }

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    const broker = `${host}:${port}`;
    const socket = this.#tls ? this.#connectTls(host, port, onConnect) : this.#connect(host, port, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', (error) => this.#failures.set(broker, error));
    this.#watch(socket, broker);
    if (this.#isClosed) socket.destroy(givenUp());
    return socket;
  };

  /** The last thing that went wrong with this broker's connections. */
  failureOf(broker: string): unknown {
    return this.#failures.get(broker);
  }

  /** Ends every connection at once, and lets none be opened any more; whatever waits for an answer fails. */
  destroy(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy(givenUp());
  }

  #connect(host: string, port: number, onConnect: () => void): Socket {
    return connect({ host: nameFor(host), port, lookup: this.#lookup }, onConnect);
  }

  #connectTls(host: string, port: number, onConnect: () => void): Socket {
    const options: ConnectionOptions = {
      ...this.#tls,
      ...{ host: nameFor(host), port, lookup: this.#lookup },
      // A certificate is for the name that we were told; addresses have none to send.
      servername: isIP(host) ? '' : host,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    };
    return connectTls(options, onConnect);
  }

  readonly #lookup: LookupFunction = (bracketed, options, callback) => {
    const host = bracketed.replace(/^\[(.*)\]$/, '$1');
    if (!this.#egress) return systemLookup(host, options, callback);
    this.#egress.resolve(host).then(
      ({ address, family }) => (options.all ? callback(null, [{ address, family }]) : callback(null, address, family)),
      (error: Error) => callback(error, '', 0),
    );
  };

  /** kafkajs waits for ever for a connection that ends before it is there, and cannot read the answer of a TLS port. */
  #watch(socket: Socket, broker: string): void {
    const ready = this.#tls ? 'secureConnect' : 'connect';
    const early = () => socket.destroy(new ClosedEarly('closed before the connection was ready'));
    socket.once('end', early);
    socket.once(ready, () => socket.off('end', early));
    if (this.#tls) return;
    socket.once('data', (bytes: Buffer) => {
      if (isTlsRecord(bytes)) this.#failures.set(broker, new AnsweredWithTls('answered with a TLS record'));
    });
  }
}

function givenUp(): Error {
  return new Error('the connection was given up');
}

/** In brackets an address is looked up as a name is, and so is judged by the guard. */
function nameFor(host: string): string {
  return isIP(host) ? `[${host}]` : host;
}

/** An alert or a handshake of TLS 1.x. A Kafka answer would be longer than 350 MB with these bytes. */
function isTlsRecord(bytes: Buffer): boolean {
  return (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03;
}
