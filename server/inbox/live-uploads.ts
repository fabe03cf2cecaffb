import type { Upload } from './upload.ts';

/** The uploads under way in this process, by inbox and path: there is one of a path at a time. */
export class LiveUploads {
  readonly #uploads = new Map<number, Set<Upload>>();

  add(connectorId: number, upload: Upload): void {
    const uploads = this.#uploads.get(connectorId) ?? new Set();
    this.#uploads.set(connectorId, uploads.add(upload));
  }

  remove(connectorId: number, upload: Upload): void {
    const uploads = this.#uploads.get(connectorId);
    uploads?.delete(upload);
    if (uploads?.size === 0) this.#uploads.delete(connectorId);
  }

  find(connectorId: number, path: string): Upload | undefined {
    for (const upload of this.#uploads.get(connectorId) ?? [])
      if (upload.path === path && !upload.isEnded) return upload;
    return undefined;
  }

  /** Those of a folder and below it. */
  below(connectorId: number, folder: string): Upload[] {
    const prefix = `${folder}/`;
    return [...(this.#uploads.get(connectorId) ?? [])].filter(({ path }) => path.startsWith(prefix));
  }

  unsavedBytes(connectorId: number): number {
    return [...(this.#uploads.get(connectorId) ?? [])].reduce((sum, { unsavedBytes }) => sum + unsavedBytes, 0);
  }

  async showProgress(): Promise<void> {
    for (const uploads of this.#uploads.values()) for (const upload of uploads) await upload.showProgress();
  }
}
