import { html, nothing, type TemplateResult } from 'lit';
import type { InboxOverview } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { inboxFileWords } from '../words/inbox.ts';
import { bytes, count } from '../words/numbers.ts';
import { disabledWords, enabledWords } from '../words/status.ts';
import '../parts/copy.ts';
import '../parts/status.ts';
import '../parts/time.ts';

type Login = InboxOverview['inboxes'][number];
type Session = InboxOverview['sessions'][number];
type File = InboxOverview['files'][number];

function table(label: string, headings: readonly string[], rows: readonly TemplateResult[]): TemplateResult {
  return html`<div class="table-box" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th>${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** The logins with what lies in them. */
export function loginTable(
  app: AppContext,
  inboxes: readonly Login[],
  on: { edit(uid: string): void; remove(uid: string): void; isBusy: boolean },
): TemplateResult {
  const row = (login: Login) => html`<tr>
    <td>${login.name}</td>
    <td class="break">
      <code>${login.username}</code> <cqa-copy .text=${login.username} label="Copy user name"></cqa-copy>
    </td>
    <td><cqa-status .words=${login.is_enabled ? enabledWords : disabledWords}></cqa-status></td>
    <td>
      ${bytes(login.bytes)} of ${bytes(login.quota_bytes)}
      <progress max=${login.quota_bytes} value=${login.bytes} aria-label="Room used in ${login.name}"></progress>
    </td>
    <td>${count(login.files)}${login.uploading > 0 ? html`, ${count(login.uploading)} uploading` : nothing}</td>
    <td>
      ${login.last_arrival_at ? html`<cqa-time .at=${login.last_arrival_at} zone=${app.zone} relative></cqa-time>` : 'nothing yet'}
    </td>
    <td class="actions">
      <button class="button compact" type="button" aria-haspopup="dialog" ?disabled=${on.isBusy} @click=${() => on.edit(login.uid)}>Change</button>
      <button class="button compact" type="button" aria-haspopup="dialog" ?disabled=${on.isBusy} @click=${() => on.remove(login.uid)}>Delete</button>
    </td>
  </tr>`;
  return table('Logins', ['Inbox', 'User name', 'Status', 'Room', 'Files', 'Last arrival', ''], inboxes.map(row));
}

/** Files as they come, the newest first. */
export function fileTable(app: AppContext, files: readonly File[]): TemplateResult {
  const row = (file: File) => html`<tr>
    <td class="break">${file.path}</td>
    <td>${file.inbox}</td>
    <td><cqa-status .words=${inboxFileWords[file.state]}></cqa-status></td>
    <td>${bytes(file.bytes)}${file.state === 'uploading' ? ' so far' : ''}</td>
    <td><cqa-time .at=${file.at} zone=${app.zone}></cqa-time></td>
  </tr>`;
  return table('Files', ['File', 'Inbox', 'State', 'Size', 'When'], files.map(row));
}

/** Who was connected, and how it ended. */
export function sessionTable(app: AppContext, sessions: readonly Session[]): TemplateResult {
  const row = (session: Session) => html`<tr>
    <td>${session.inbox}</td>
    <td>${session.remote_address}</td>
    <td class="break">${session.client}</td>
    <td>${count(session.files)}, ${bytes(session.bytes)}</td>
    <td><cqa-time .at=${session.started_at} zone=${app.zone}></cqa-time></td>
    <td class="break">${session.ended_at ? (session.end_reason ?? 'ended') : 'connected now'}</td>
  </tr>`;
  return table('Sessions', ['Inbox', 'From', 'Client', 'Received', 'Began', 'Ended'], sessions.map(row));
}
