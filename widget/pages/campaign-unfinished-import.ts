import type { ImportSettings } from '../../shared/campaign.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { ImportUploads } from './campaign-uploads.ts';

/** What there is of an import when it is first seen here. */
export interface BegunImport {
  importId: string;
  /** Where its files are sent. */
  endpoint: string;
  settings: ImportSettings;
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
  isFinishing = false;
  isFinished = false;
  /** Why it could not be finished. */
  problem: Problem | undefined;
  private readonly app: AppContext;
  private readonly listeners = new Set<() => void>();
  private readonly leaveSession: () => void;

  constructor(app: AppContext, { importId, endpoint, settings }: BegunImport) {
    this.app = app;
    this.importId = importId;
    this.settings = settings;
    this.uploads = new ImportUploads({ session: app.session, endpoint, importId });
    this.uploads.listen(this.look);
    this.leaveSession = app.session.atSignOut(() => this.end());
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  ask(): void {
    this.isAsked = true;
    this.problem = undefined;
    this.look();
  }

  takeBack(): void {
    this.isAsked = false;
    this.tell();
  }

  /** Makes calls of what is here, without the rest. */
  async finish(): Promise<void> {
    if (this.isFinishing) return;
    Object.assign(this, { isAsked: false, isFinishing: true, problem: undefined });
    this.tell();
    const { importId: id, settings } = this;
    try {
      await this.app.api.campaigns.finishImport.mutate({ id, settings, without_unfinished: true });
      this.isFinished = true;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.isFinishing = false;
    this.tell();
    if (!this.isFinished) return;
    this.end();
    this.app.changes.announce('campaigns', 'list');
  }

  /** Nothing more is sent, and nobody is told anything. */
  end(): void {
    this.leaveSession();
    this.isAsked = false;
    this.listeners.clear();
    this.uploads.end();
    unfinished.delete(this.importId);
  }

  private readonly look = (): void => {
    const { isBusy, held } = this.uploads;
    if (this.isAsked && !isBusy && held === 0) void this.finish();
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
