import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { parseUuid } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { getAccount } from '../accounts/account.ts';
import { allowPage } from '../http/headers.ts';
import type { Services } from '../services.ts';

/** The console at its own address. Its pages are addresses of their own, so any of them gets this page. */
export function consolePage(widgetFolder: string): RequestHandler {
  return async (_request, response) => {
    const html = await readPage(widgetFolder);
    allowPage(response, []);
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(html);
  };
}

/** The console in a frame of one of the account's own host pages, and of nobody else's. */
export function embedPage(services: Services, widgetFolder: string): RequestHandler {
  return async (request, response) => {
    const { account: uid } = request.query;
    if (typeof uid !== 'string' || !parseUuid(uid))
      throw new AppError('invalid', 'The address of the frame needs ?account= with the id of an account.');
    const account = await getAccount(services, uid);
    const html = await readPage(widgetFolder);
    const origins = account.frameOrigins.filter(isOrigin);
    allowPage(response, origins);
    response.setHeader('Cache-Control', 'no-store');
    response.type('html').send(withSettings(html, { account: account.uid, origins }));
  };
}

/** Whatever is in the database, only a plain origin gets into a header. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[a-z0-9.:[\]-]+$/i.test(text);
}

/** Written as data, never as a script; `<` cannot end the element because JSON may spell it as an escape. */
function withSettings(html: string, settings: { account: string; origins: string[] }): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  const element = `<script type="application/json" id="cqa-frame">${json}</script>`;
  return html.replace('</head>', () => `${element}</head>`);
}

async function readPage(widgetFolder: string): Promise<string> {
  try {
    return await readFile(join(widgetFolder, 'index.html'), 'utf8');
  } catch (cause) {
    throw new AppError(
      'program_missing',
      'The console has not been built. Run "npm run build", then load this page again.',
      {
        cause,
      },
    );
  }
}
