import { kindOfFile } from '../../shared/campaign.ts';
import { ShownError } from '../api/problem.ts';
import type { CampaignImportFile } from '../api/types.ts';
import type { UploadState } from '../words/campaign.ts';
import { openUpload, type UploadTarget } from './campaign-upload.ts';
import { isGoing, isSheet, isUnderWay, itemOf, keyOf, refusalOf, type UploadItem } from './campaign-upload-item.ts';
import type { DroppedFile } from './dropped-files.ts';

const uploadsAtOnce = 3;
const tellEveryMs = 150;
const speedOverMs = 8000;

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
  private measured: { atMs: number; sent: number }[] = [];
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
    for (const item of this.items.values()) if (item.state === 'paused') item.state = 'waiting';
    this.startNext();
    this.tell();
  }

  /** Once more, where trying again may help. */
  retry(item: UploadItem): void {
    if (!item.file) return;
    Object.assign(item, { state: 'waiting', problem: undefined });
    this.startNext();
    this.tell();
  }

  /** Takes a file back, here and at the server. */
  async remove(item: UploadItem): Promise<void> {
    await item.upload?.abort();
    item.upload = undefined;
    if (item.fileId) await this.forget(item.fileId);
    this.items.delete(item.key);
    this.startNext();
    this.tell();
  }

  private async forget(fileId: string): Promise<void> {
    const { session, endpoint } = this.target;
    const answer = await session.fetch(`${endpoint}/${fileId}`, {
      method: 'DELETE',
      headers: { 'tus-resumable': '1.0.0' },
    });
    if (!answer.ok && answer.status !== 404)
      throw new ShownError(`The file could not be taken out (status ${answer.status}). Try once more.`);
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

  /** All but those that are refused. */
  taken(): UploadItem[] {
    return [...this.items.values()].filter(({ state }) => state !== 'refused');
  }

  /** Whether something is on its way or will go by itself. */
  get isBusy(): boolean {
    return [...this.items.values()].some(isUnderWay);
  }

  /** Files that go on when somebody says so. */
  get held(): number {
    const isHeld = (item: UploadItem) => item.state === 'paused' || (this.isPaused && isUnderWay(item));
    return [...this.items.values()].filter(isHeld).length;
  }

  get progress(): Progress {
    const taken = this.taken();
    const sent = sum(taken.map((item) => item.sent));
    const first = this.measured[0];
    const seconds = first ? (performance.now() - first.atMs) / 1000 : 0;
    return {
      files: taken.length,
      here: taken.filter(({ state }) => state === 'here').length,
      bytes: sum(taken.map(({ size }) => size)),
      sent,
      bytesPerSecond: first && seconds > 0.5 ? Math.max(0, (sent - first.sent) / seconds) : 0,
    };
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
        onHere: (id) => this.finish(item, { state: 'here', sent: item.size, fileId: id }),
        onFailed: ({ message, passes }) =>
          this.finish(item, { state: passes ? 'paused' : 'refused', problem: message }),
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

  private finish(item: UploadItem, change: Partial<UploadItem>): void {
    this.change(item, change);
    item.upload = undefined;
    this.startNext();
  }

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
    for (const item of this.items.values()) if (item.state === 'broken' && !item.upload) item.state = 'waiting';
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
      this.measure();
      for (const listener of this.listeners) listener();
    }, tellEveryMs);
  }

  private measure(): void {
    const atMs = performance.now();
    if (!this.isBusy) this.measured = [];
    else this.measured.push({ atMs, sent: sum(this.taken().map((item) => item.sent)) });
    this.measured = this.measured.filter((point) => atMs - point.atMs < speedOverMs);
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
