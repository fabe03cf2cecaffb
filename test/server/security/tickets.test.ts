import { expect } from 'chai';
import { newId, uuidText } from '../../../db/uuid.ts';
import { openKeyring } from '../../../server/security/seal.ts';
import type { Session } from '../../../server/security/sessions.ts';
import {
  openReportLink,
  openTicket,
  recordingTicket,
  rejectedRowsTicket,
  reportLink,
  reportLinkMs,
} from '../../../server/security/tickets.ts';
import { AppError } from '../../../shared/error.ts';

const keyring = openKeyring('a key that is long enough');
const session = { accountId: 7, tokenHash: Buffer.alloc(32, 5) } as Session;
const ticketOf = (path: string) => path.replace(/^\/[md]\//, '');

describe('a ticket', () => {
  it('says what it is for, of which account, under which session', () => {
    const id = newId();
    expect(openTicket(keyring, ticketOf(recordingTicket(keyring, session, id, 2)))).to.deep.equal({
      ...{ kind: 'recording', accountId: 7, tokenHash: session.tokenHash },
      ...{ interactionId: uuidText(id), position: 2 },
    });
    expect(openTicket(keyring, ticketOf(rejectedRowsTicket(keyring, session, { state: 'open' })))).to.include({
      kind: 'rejected_rows',
      state: 'open',
    });
  });

  it('is an address that needs no escaping', () => {
    expect(recordingTicket(keyring, session, newId(), 0)).to.match(/^\/m\/[A-Za-z0-9~_-]+$/);
  });

  it('is refused when a single character differs, or when another key made it', () => {
    const ticket = ticketOf(recordingTicket(keyring, session, newId(), 2));
    for (let at = 0; at < ticket.length; at++) {
      const forged = `${ticket.slice(0, at)}${ticket[at] === 'x' ? 'y' : 'x'}${ticket.slice(at + 1)}`;
      expect(() => openTicket(keyring, forged), forged).to.throw(AppError, 'nothing at this address');
    }
    expect(() => openTicket(openKeyring('another key, long enough'), ticket)).to.throw(AppError);
    for (const nonsense of ['', '~', 'r~7~x~12~']) expect(() => openTicket(keyring, nonsense)).to.throw(AppError);
  });

  it('does not open the other door', () => {
    const link = ticketOf(reportLink(keyring, { accountId: 7, partId: 12 }));
    expect(() => openTicket(keyring, link)).to.throw(AppError);
    expect(() => openReportLink(keyring, ticketOf(recordingTicket(keyring, session, newId(), 2)))).to.throw(AppError);
  });
});

describe('a report link', () => {
  it('is good for seven days and then says so', () => {
    const made = Date.UTC(2026, 0, 1);
    const link = ticketOf(reportLink(keyring, { accountId: 7, partId: 12 }, made));
    expect(openReportLink(keyring, link, made + reportLinkMs)).to.deep.equal({ accountId: 7, partId: 12 });
    expect(() => openReportLink(keyring, link, made + reportLinkMs + 1)).to.throw(AppError, 'seven days');
  });
});
