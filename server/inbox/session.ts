import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { isOffered } from './arrival.ts';
import { Download } from './download.ts';
import { Handles, mostHandles, type Writing } from './handles.ts';
import { Listing } from './listing.ts';
import type { LiveUploads } from './live-uploads.ts';
import type { InboxLogin } from './login.ts';
import { folderOf, jailed, nameOf } from './paths.ts';
import { openFlag, request, status } from './protocol/constants.ts';
import { BadPacket, Fields } from './protocol/fields.ts';
import type { Packet } from './protocol/packets.ts';
import {
  attributesReply,
  dataReply,
  extensions,
  handleReply,
  limitsReply,
  nameReply,
  statusReply,
  versionReply,
} from './protocol/replies.ts';
import { Quota } from './quota.ts';
import { Refusal } from './refusal.ts';
import { Tree } from './tree.ts';
import { Upload } from './upload.ts';

/** What a session has received; read by whoever keeps its record. */
export interface Received {
  files: number;
  bytes: number;
}

type Answer = Buffer | Promise<Buffer>;
type Handler = (id: number, fields: Fields, packet: Packet) => Answer;

/** One SFTP session: answers each request of its client, in order. */
export class InboxSession {
  readonly received: Received = { files: 0, bytes: 0 };
  readonly #services: Services;
  readonly #login: InboxLogin;
  readonly #live: LiveUploads;
  readonly #handles = new Handles();
  readonly #quota: Quota;
  readonly #tree: Tree;
  readonly #arrived: () => void;

  constructor(services: Services, login: InboxLogin, live: LiveUploads, arrived: () => void) {
    this.#services = services;
    this.#login = login;
    this.#live = live;
    this.#arrived = arrived;
    this.#quota = new Quota(services, login, () => live.unsavedBytes(login.connectorId));
    this.#tree = new Tree(services, login, live, (bytes) => this.#quota.giveBack(bytes));
  }

  /** Never throws, except for a packet that is none. */
  async answer(packet: Packet): Promise<Buffer> {
    const fields = new Fields(packet.fields);
    if (packet.type === request.init) return versionReply();
    const id = fields.uint32();
    const handler = this.#handlers[packet.type];
    if (!handler) return statusReply(id, status.unsupported, 'This server cannot do that.');
    try {
      return await handler(id, fields, packet);
    } catch (error) {
      if (error instanceof Refusal) return statusReply(id, error.status, error.message);
      if (error instanceof AppError) return statusReply(id, status.failure, error.message);
      if (error instanceof BadPacket) throw error;
      this.#services.log.error(
        { err: error, inbox: this.#login.connectorName },
        'an inbox could not do what was asked',
      );
      return statusReply(id, status.failure, 'Something went wrong on the server; try again.');
    }
  }

  /** The client is gone: what it was writing is kept as far as it came. */
  async end(): Promise<void> {
    for (const opened of this.#handles.takeAll()) {
      if (opened instanceof Download) await opened.close();
      else if (!(opened instanceof Listing)) {
        await opened.upload.breakOff();
        this.#live.remove(this.#login.connectorId, opened.upload);
      }
    }
  }

  readonly #handlers: Partial<Record<number, Handler>> = {
    [request.open]: async (id, fields) => handleReply(id, await this.#open(jailed(fields.bytes()), fields.uint32())),
    [request.close]: (id, fields) => this.#close(id, fields.bytes()),
    [request.read]: (id, fields) => this.#read(id, fields.bytes(), fields.uint64(), fields.uint32()),
    [request.write]: (id, fields, { content }) => this.#write(id, fields.bytes(), fields.uint64(), content),
    [request.stat]: async (id, fields) => attributesReply(id, await this.#tree.told(jailed(fields.bytes()))),
    [request.lstat]: async (id, fields) => attributesReply(id, await this.#tree.told(jailed(fields.bytes()))),
    [request.fstat]: (id, fields) => this.#fstat(id, fields.bytes()),
    [request.setstat]: (id, fields) => this.#setstat(id, jailed(fields.bytes()), fields),
    [request.fsetstat]: (id, fields) => this.#fsetstat(id, fields.bytes(), fields),
    [request.opendir]: (id, fields) => this.#opendir(id, jailed(fields.bytes())),
    [request.readdir]: (id, fields) => this.#readdir(id, fields.bytes()),
    [request.remove]: (id, fields) => done(id, this.#tree.removeFile(jailed(fields.bytes()))),
    [request.mkdir]: (id, fields) => done(id, this.#tree.makeFolder(jailed(fields.bytes()))),
    [request.rmdir]: (id, fields) => done(id, this.#tree.removeFolder(jailed(fields.bytes()))),
    [request.realpath]: (id, fields) => nameReply(id, [namedOnly(`/${jailed(fields.bytes())}`)]),
    [request.rename]: (id, fields) => this.#rename(id, fields, false),
    [request.extended]: (id, fields) => this.#extended(id, fields),
    [request.symlink]: refuseLinks,
    [request.readlink]: refuseLinks,
  };

  async #open(path: string, flags: number): Promise<number> {
    this.#handles.requireRoom();
    if (path === '') throw Refusal.failed('This is a folder.');
    if (flags & openFlag.write) return this.#openForWriting(path, flags);
    const entry = await this.#tree.find(path);
    if (!entry) throw Refusal.missing(path);
    if (entry.isFolder) throw Refusal.failed(`/${path} is a folder.`);
    if (entry.state !== 'complete') throw Refusal.denied(`/${path} is still being uploaded.`);
    return this.#handles.add(new Download(this.#services.storage, entry));
  }

  async #openForWriting(path: string, flags: number): Promise<number> {
    if (nameOf(path) === '') throw Refusal.failed('This is a folder.');
    const { connectorId } = this.#login;
    // Whoever opens a file anew goes on with it, or begins again: the connection before has probably been lost.
    const before = this.#live.find(connectorId, path);
    if (before) await before.breakOff();
    if (!this.#tree.knowsFolder(folderOf(path))) await this.#tree.requireFolder(folderOf(path));
    await this.#quota.known();
    const upload = await this.#uploadOf(path, flags);
    this.#live.add(connectorId, upload);
    return this.#handles.add({ upload, isAppending: (flags & openFlag.append) !== 0 });
  }

  async #uploadOf(path: string, flags: number): Promise<Upload> {
    const isFresh = (flags & openFlag.truncate) !== 0;
    const creates = (flags & openFlag.create) !== 0;
    const isNew = (flags & openFlag.exclusive) !== 0;
    // The usual way asks nothing of the database first; what it would say is said when the file is closed.
    if (isFresh && creates && !isNew) return Upload.fresh(this.#services, this.#login, this.#quota, path);
    const entry = await this.#tree.find(path);
    if (entry?.isFolder) throw Refusal.failed(`/${path} is a folder.`);
    if (entry && creates && isNew) throw Refusal.failed(`There is already a /${path}.`);
    if (!entry && !creates) throw Refusal.missing(path);
    return entry && !isFresh
      ? Upload.resumed(this.#services, this.#login, this.#quota, entry)
      : Upload.fresh(this.#services, this.#login, this.#quota, path);
  }

  async #close(id: number, handle: Buffer): Promise<Buffer> {
    const opened = this.#handles.take(handle);
    if (opened instanceof Download) await opened.close();
    else if (!(opened instanceof Listing)) await this.#complete(opened);
    return statusReply(id, status.ok, '');
  }

  async #complete({ upload }: Writing): Promise<void> {
    try {
      await upload.close();
      this.received.files++;
      if (isOffered(this.#login, upload.path)) this.#arrived();
    } finally {
      this.#live.remove(this.#login.connectorId, upload);
    }
  }

  async #read(id: number, handle: Buffer, offset: number, length: number): Promise<Buffer> {
    const content = await this.#handles.download(handle).read(offset, length);
    return content ? dataReply(id, content) : statusReply(id, status.endOfFile, 'That was all.');
  }

  async #write(id: number, handle: Buffer, offset: number, content: readonly Buffer[]): Promise<Buffer> {
    const { upload, isAppending } = this.#handles.writing(handle);
    await upload.write(offset, content, isAppending);
    for (const { length } of content) this.received.bytes += length;
    return statusReply(id, status.ok, '');
  }

  async #fstat(id: number, handle: Buffer): Promise<Buffer> {
    const file = this.#handles.file(handle);
    if (file instanceof Download) return attributesReply(id, file.told);
    const { path, size } = file.upload;
    return attributesReply(id, { name: nameOf(path), isFolder: false, size, modifiedAt: new Date() });
  }

  /** Times are kept; owners and permissions have no meaning here, and clients that set them are not refused. */
  async #setstat(id: number, path: string, fields: Fields): Promise<Buffer> {
    const { size, modifiedAt } = fields.attributes();
    const told = await this.#tree.told(path);
    if (size !== undefined && size !== told.size) throw Refusal.denied('Files cannot be cut or made longer here.');
    if (modifiedAt && path !== '') await this.#tree.setModifiedAt(path, modifiedAt);
    return statusReply(id, status.ok, '');
  }

  async #fsetstat(id: number, handle: Buffer, fields: Fields): Promise<Buffer> {
    const { upload } = this.#handles.writing(handle);
    const { size, modifiedAt } = fields.attributes();
    if (size !== undefined) await upload.truncate(size);
    if (modifiedAt) upload.modifiedAt = modifiedAt;
    return statusReply(id, status.ok, '');
  }

  async #opendir(id: number, path: string): Promise<Buffer> {
    this.#handles.requireRoom();
    const { isFolder } = await this.#tree.told(path);
    if (!isFolder) throw Refusal.failed(`/${path} is a file.`);
    return handleReply(id, this.#handles.add(new Listing(this.#services, this.#login, path)));
  }

  async #readdir(id: number, handle: Buffer): Promise<Buffer> {
    const entries = await this.#handles.listing(handle).next();
    return entries ? nameReply(id, entries) : statusReply(id, status.endOfFile, 'That was all.');
  }

  async #rename(id: number, fields: Fields, replaces: boolean): Promise<Buffer> {
    const from = jailed(fields.bytes());
    await this.#tree.rename(from, jailed(fields.bytes()), replaces);
    this.#arrived();
    return statusReply(id, status.ok, '');
  }

  async #extended(id: number, fields: Fields): Promise<Buffer> {
    const name = fields.text();
    if (name === extensions.posixRename) return this.#rename(id, fields, true);
    if (name === extensions.limits) return limitsReply(id, mostHandles);
    if (name !== extensions.flush) return statusReply(id, status.unsupported, 'This server cannot do that.');
    await this.#handles.writing(fields.bytes()).upload.checkpoint();
    return statusReply(id, status.ok, '');
  }
}

async function done(id: number, work: Promise<void>): Promise<Buffer> {
  await work;
  return statusReply(id, status.ok, '');
}

function refuseLinks(): never {
  throw Refusal.denied('There are no links here.');
}

function namedOnly(name: string) {
  return { name, isFolder: true, size: 0, modifiedAt: new Date(0) };
}
