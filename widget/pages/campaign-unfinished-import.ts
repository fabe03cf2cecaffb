import type { ImportSettings } from '../../shared/campaign.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import type { UploadItem } from './campaign-upload-item.ts';
import { ImportUploads } from './campaign-uploads.ts';
import type { DroppedFile } from './dropped-files.ts';

/** What there is of an import when it is first seen here. */
export interface BegunImport {
  importId: string;
  /** Where its files are sent. */
  endpoint: string;
  settings: ImportSettings;
  /** Why the server could not finish it before, where it was asked to. */
  problem?: Problem;
}

/**
 * An import until it is finished or discarded: its files on their way, what is said of its calls, and whether it was
 * asked for. It lives apart from the page, so that it is finished whatever page is looked at by then. It ends with the
 * session.
 */
export class UnfinishedImport {
  readonly importId: string;
  readonly uploads: ImportUploads;
  settings: ImportSettings;
  /** Somebody has asked to import; it is done when everything is here. */
  isAsked = false;
  /** It is being finished or discarded: it takes no files until it is known whether that went well. */
  ending: Promise<void> | undefined;
  /** How it ended, once it has. */
  ended: 'finished' | 'discarded' | undefined;
  /** Why what was last done with it failed. */
  problem: Problem | undefined;
  private readonly app: AppContext;
  private readonly listeners = new Set<() => void>();
  private readonly leaveSession: () => void;

  constructor(app: AppContext, { importId, endpoint, settings, problem }: BegunImport) {
    this.app = app;
    this.importId = importId;
    this.settings = settings;
    this.problem = problem;
    this.uploads = new ImportUploads({ session: app.session, endpoint, importId });
    this.uploads.listen(this.look);
    this.leaveSession = app.session.atSignOut(() => this.leave());
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(files: readonly DroppedFile[]): void {
    this.problem = undefined;
    this.uploads.add(files);
  }

  async remove(item: UploadItem): Promise<void> {
    this.problem = undefined;
    try {
      await this.uploads.remove(item);
    } catch (error) {
      // It would be imported although somebody wants it out.
      this.isAsked = false;
      this.problem = problemOf(error);
      this.tell();
    }
  }

  ask(): void {
    this.isAsked = true;
    this.problem = undefined;
    this.look();
  }

  takeBack(): void {
    this.isAsked = false;
    this.problem = undefined;
    this.tell();
  }

  /** Makes calls of what is here, without what is held. Nobody leaves out what is on its way: with that it does not begin. */
  finish(): void {
    const { importId: id, settings } = this;
    if (this.uploads.isBusy) return;
    this.end('finished', () => this.app.api.campaigns.finishImport.mutate({ id, settings, without_unfinished: true }));
  }

  discard(): void {
    this.end('discarded', () => this.app.api.campaigns.cancelImport.mutate({ id: this.importId }));
  }

  private end(how: 'finished' | 'discarded', ask: () => Promise<unknown>): void {
    if (this.ending) return;
    this.isAsked = false;
    this.problem = undefined;
    this.ending = this.tryToEnd(how, ask);
    this.tell();
  }

  private async tryToEnd(how: 'finished' | 'discarded', ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
      this.ended = how;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.ending = undefined;
    this.tell();
    if (!this.ended) return;
    this.leave();
    this.app.changes.announce('campaigns', 'list');
  }

  /** Nothing more is sent, and nobody is told anything. */
  private leave(): void {
    this.leaveSession();
    this.isAsked = false;
    this.listeners.clear();
    this.uploads.end();
    unfinished.delete(this.importId);
  }

  private readonly look = (): void => {
    const { isBusy, held } = this.uploads;
    if (this.isAsked && !isBusy && held === 0) this.finish();
    else this.tell();
  };

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** By id, for as long as the console is open. */
const unfinished = new Map<string, UnfinishedImport>();

/** The one that is known already keeps what was said of it here. */
export function unfinishedImport(app: AppContext, begun: BegunImport): UnfinishedImport {
  const known = unfinished.get(begun.importId);
  if (known) return known;
  const made = new UnfinishedImport(app, begun);
  unfinished.set(begun.importId, made);
  return made;
}
