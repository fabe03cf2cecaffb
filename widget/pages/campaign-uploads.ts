import { kindOfFile } from '../../shared/campaign.ts';
import type { CampaignImportFile } from '../api/types.ts';
import type { UploadState } from '../words/campaign.ts';
import { openUpload, removeUploaded, type UploadTarget } from './campaign-upload.ts';
import { isGoing, isSheet, isUnderWay, itemOf, keyOf, refusalOf, type UploadItem } from './campaign-upload-item.ts';
import { UploadSpeed } from './campaign-upload-speed.ts';
import type { DroppedFile } from './dropped-files.ts';

const uploadsAtOnce = 3;
const tellEveryMs = 150;

export interface Progress {
  /** Of files that are not refused. */
  files: number;
  here: number;
  bytes: number;
  sent: number;
  bytesPerSecond: number;
}

/**
 * The files of one import on their way, three at once. It lives apart from the page, so that looking at another page does
 * not stop it.
 */
export class ImportUploads {
  readonly items = new Map<string, UploadItem>();
  /** Names that were dropped although they are in the list. */
  repeated: string[] = [];
  isPaused = false;
  private readonly target: UploadTarget;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly speed = new UploadSpeed();
  private isEnded = false;

  constructor(target: UploadTarget) {
    this.target = target;
    window.addEventListener('online', this.online);
    window.addEventListener('offline', this.offline);
    window.addEventListener('beforeunload', this.warn);
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What the server has of the import, before or besides what this page sends. */
  know(files: readonly CampaignImportFile[]): void {
    for (const item of files.map(itemOf)) if (!this.items.has(item.key)) this.items.set(item.key, item);
    this.tell();
  }

  add(files: readonly DroppedFile[]): void {
    this.repeated = [];
    for (const { path, file } of files) this.addOne(path, file);
    this.startNext();
    this.tell();
  }

  private addOne(name: string, file: File): void {
    const key = keyOf(name, file.size);
    const known = this.items.get(key);
    if (known && known.state !== 'missing') {
      this.repeated.push(name);
      return;
    }
    const item: UploadItem = {
      ...{ key, name, kind: kindOfFile(name), size: file.size, file, upload: undefined, state: 'waiting' },
      ...{ sent: known?.sent ?? 0, fileId: known?.fileId, problem: undefined },
    };
    const problem = known ? undefined : refusalOf(item, this.taken().length);
    this.items.set(key, problem ? { ...item, problem, state: 'refused' } : item);
  }

  pause(): void {
    this.isPaused = true;
    for (const item of this.items.values()) if (isGoing(item)) this.stop(item, 'paused');
    this.tell();
  }

  resume(): void {
    this.isPaused = false;
    for (const item of this.items.values()) if (item.state === 'paused') queue(item);
    this.startNext();
    this.tell();
  }

  /** Once more, where trying again may help. */
  retry(item: UploadItem): void {
    if (!item.file) return;
    queue(item);
    this.startNext();
    this.tell();
  }

  /** Takes a file back, here and at the server. Where that fails it stays, but does not go on by itself. */
  async remove(item: UploadItem): Promise<void> {
    if (item.state === 'leaving') return;
    const otherwise = isUnderWay(item) ? 'paused' : item.state;
    this.stop(item, 'leaving');
    this.startNext();
    this.tell();
    try {
      await removeUploaded(this.target, item);
      this.items.delete(item.key);
    } catch (error) {
      item.state = otherwise;
      throw error;
    } finally {
      this.tell();
    }
  }

  /** Nothing more is sent: the import is finished or discarded. */
  end(): void {
    this.isEnded = true;
    for (const item of this.items.values()) void item.upload?.abort();
    window.removeEventListener('online', this.online);
    window.removeEventListener('offline', this.offline);
    window.removeEventListener('beforeunload', this.warn);
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  /** All but those that are refused or being taken out. */
  taken(): UploadItem[] {
    return [...this.items.values()].filter(({ state }) => state !== 'refused' && state !== 'leaving');
  }

  /** Whether something is on its way or will go by itself. */
  get isSending(): boolean {
    return !this.isPaused && [...this.items.values()].some(isUnderWay);
  }

  /** Whether what there is of files changes by itself. */
  get isBusy(): boolean {
    return this.isSending || [...this.items.values()].some(({ state }) => state === 'leaving');
  }

  /** Files that go on when somebody says so. */
  get held(): number {
    const isHeld = (item: UploadItem) => item.state === 'paused' || (this.isPaused && isUnderWay(item));
    return [...this.items.values()].filter(isHeld).length;
  }

  get progress(): Progress {
    const taken = this.taken();
    const { sent } = this;
    return {
      files: taken.length,
      here: taken.filter(({ state }) => state === 'here').length,
      bytes: sum(taken.map(({ size }) => size)),
      sent,
      bytesPerSecond: this.speed.bytesPerSecond(sent),
    };
  }

  private get sent(): number {
    return sum(this.taken().map((item) => item.sent));
  }

  private startNext(): void {
    if (this.isPaused || this.isEnded) return;
    const room = uploadsAtOnce - [...this.items.values()].filter(isGoing).length;
    const waiting = [...this.items.values()].filter(({ state }) => state === 'waiting');
    // What a CSV says is shown while the recordings are still on their way.
    const inTurn = [...waiting.filter(isSheet), ...waiting.filter((item) => !isSheet(item))];
    for (const item of inTurn.slice(0, Math.max(0, room))) this.start(item);
  }

  private start(item: UploadItem): void {
    const { file, name, key, fileId } = item;
    if (!file) return;
    item.state = 'uploading';
    item.upload = openUpload(
      this.target,
      { file, name, key, fileId },
      {
        onProgress: (sent) => this.change(item, { sent, state: 'uploading' }),
        onBroken: () => this.change(item, { state: 'broken' }),
        onHere: (id) => this.finish(item, 'here', { sent: item.size, fileId: id }),
        onFailed: ({ message, passes }) => this.finish(item, passes ? 'paused' : 'refused', { problem: message }),
      },
    );
    item.upload.start();
  }

  private change(item: UploadItem, change: Partial<UploadItem>): void {
    if (this.items.get(item.key) !== item || !isGoing(item)) return;
    Object.assign(item, change);
    const { url } = item.upload ?? {};
    if (url) item.fileId = url.slice(url.lastIndexOf('/') + 1);
    this.tell();
  }

  private finish(item: UploadItem, state: UploadState, change: Partial<UploadItem>): void {
    if (!isGoing(item)) return;
    this.change(item, change);
    this.stop(item, state);
    this.startNext();
  }

  /** The only place where a file loses its upload, so that none is left as going without one. */
  private stop(item: UploadItem, state: UploadState): void {
    void item.upload?.abort();
    item.upload = undefined;
    item.state = state;
  }

  private readonly offline = (): void => {
    for (const item of this.items.values()) if (isGoing(item)) this.stop(item, 'broken');
    this.tell();
  };

  private readonly online = (): void => {
    for (const item of this.items.values()) if (item.state === 'broken' && !item.upload) queue(item);
    this.startNext();
    this.tell();
  };

  private readonly warn = (event: BeforeUnloadEvent): void => {
    if (this.isBusy || this.held > 0) event.preventDefault();
  };

  /** Progress comes many times a second; nobody reads that fast. */
  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.isSending) this.speed.measure(this.sent);
      else this.speed.stop();
      for (const listener of this.listeners) listener();
    }, tellEveryMs);
  }
}

/** Its turn comes (again): what failed before is over. */
function queue(item: UploadItem): void {
  item.state = 'waiting';
  item.problem = undefined;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
