import type { ConnectorType } from '../connector.ts';
import { checkEmail } from './check.ts';
import { type EmailConfig, emailConfigSchema } from './config.ts';
import { sendReport } from './send.ts';

export const email = {
  id: 'email',
  title: 'Email',
  summary: 'A mail with links to the report, which are good for seven days.',
  directions: ['export'],
  prerequisites: {
    export: [
      'An address that Amazon SES may write to: any, once AWS has given this installation production access; in the SES sandbox one that is verified there.',
    ],
  },
  config: emailConfigSchema,
  check: (config, _direction, context) => checkEmail(config, context),
  location: ({ address }) => address.toLowerCase(),
  mail: sendReport,
} satisfies ConnectorType<EmailConfig>;
