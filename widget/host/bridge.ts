import { ShownError } from '../api/problem.ts';
import { isAddress } from '../app/routes.ts';
import { connectMessage, type FromFrame, type FromHost, readyMessage } from './messages.ts';
import type { FrameSettings } from './settings.ts';

/** A host that is there answers at once; its own backend may take a moment to sign. */
const tokenTimeoutMs = 20_000;
const connectTimeoutMs = 10_000;

interface TokenWait {
  resolve(token: string): void;
  reject(error: Error): void;
}

/** The frame's side of the talk with the host page. */
export class HostBridge {
  private readonly settings: FrameSettings;
  private port: Promise<MessagePort> | undefined;
  private readonly waits = new Map<number, TokenWait>();
  private lastId = 0;
  /** Called when the host wants another page shown. */
  onAddress: ((address: string) => void) | undefined;

  constructor(settings: FrameSettings) {
    this.settings = settings;
  }

  /** A fresh token for a new session. Rejects with words when the host cannot give one. */
  async requestToken(): Promise<string> {
    const port = await this.connect();
    const id = ++this.lastId;
    return new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waits.delete(id);
        reject(new ShownError('The page around this console did not give a token in time. Load it again.'));
      }, tokenTimeoutMs);
      const settle = () => {
        clearTimeout(timer);
        this.waits.delete(id);
      };
      this.waits.set(id, {
        resolve: (token) => {
          settle();
          resolve(token);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      this.post(port, { type: 'token-request', id });
    });
  }

  async tellAddress(address: string, title: string): Promise<void> {
    this.post(await this.connect(), { type: 'address', address, title });
  }

  /** Says that we are here and waits for the host's port. A failed try may be made again. */
  private connect(): Promise<MessagePort> {
    this.port ??= this.handshake().catch((error: unknown) => {
      this.port = undefined;
      throw error;
    });
    return this.port;
  }

  private handshake(): Promise<MessagePort> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        window.removeEventListener('message', accept);
        reject(new ShownError(this.noHost()));
      }, connectTimeoutMs);
      const accept = (event: MessageEvent) => {
        const port = this.portOf(event);
        if (!port) return;
        clearTimeout(timer);
        window.removeEventListener('message', accept);
        port.onmessage = (message: MessageEvent) => this.hear(message.data);
        resolve(port);
      };
      window.addEventListener('message', accept);
      window.parent.postMessage({ type: readyMessage }, '*');
    });
  }

  private portOf(event: MessageEvent): MessagePort | undefined {
    const data: unknown = event.data;
    const isConnect = typeof data === 'object' && data !== null && 'type' in data && data.type === connectMessage;
    const isTrusted = event.source === window.parent && this.settings.origins.includes(event.origin);
    return isConnect && isTrusted ? event.ports[0] : undefined;
  }

  private hear(message: FromHost): void {
    switch (message.type) {
      case 'token':
        this.waits.get(message.id)?.resolve(message.token);
        break;
      case 'token-failed':
        this.waits.get(message.id)?.reject(new ShownError(message.message));
        break;
      case 'address':
        if (isAddress(message.address)) this.onAddress?.(message.address);
        break;
    }
  }

  private post(port: MessagePort, message: FromFrame): void {
    port.postMessage(message);
  }

  private noHost(): string {
    const origins = this.settings.origins.join(', ') || 'none yet';
    return `The page around this console did not answer. It must load our embed.js and be at one of this account's frame origins (${origins}).`;
  }
}
