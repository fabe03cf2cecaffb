import { openMailer } from '../../../../server/email/mailer.ts';
import { notVerified, openSesServer, quotaUsedUp, throttled } from '../../email/ses-server.ts';
import type { MailFixture } from '../mail-fixture.ts';

const from = 'CQA Reports <reports@cqa.example>';
const address = 'ada@example.test';

const refusals = {
  sandbox: notVerified([address]),
  unverified: notVerified(['reports@cqa.example']),
  throttled,
  quota: quotaUsedUp,
  credentials: { status: 403, code: 'SignatureDoesNotMatch', message: 'It does not match.' },
};

/** The service that refuses as Amazon SES does; the local server that others run takes everything. */
export const mailFixture: MailFixture = {
  async start() {
    const ses = await openSesServer();
    let isOpen = true;
    const close = async () => {
      if (isOpen) await ses.close();
      isOpen = false;
    };
    return {
      config: (more = {}) => ({ address, ...more }),
      context: () => ({
        mail: {
          mailer: openMailer({ emailFrom: from }, ses.settings),
          links: async () => ({ message: 'Links in mails lead to https://cqa.example and are good for seven days.' }),
        },
      }),
      sent: () => ses.sent,
      refuse: (how) => ses.refuse(refusals[how]),
      away: close,
      stop: close,
    };
  },
};
