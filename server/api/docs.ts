import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Response, Router } from 'express';
import type { Services } from '../services.ts';
import { docsScript, docsStyle, docsText } from './docs-page.ts';
import { endpoints } from './endpoints.ts';

/** `/openapi.json` and `/docs`, a page to read it and to try the calls. Anybody may read both. */
export function docs({ config }: Services): Router {
  const router = Router();
  let document: Promise<string> | undefined;
  router.get('/openapi.json', async (_request, response) => {
    document ??= documentText(config.publicUrl);
    open(response, 'application/json; charset=utf-8').send(await document);
  });
  router.get('/docs', (request, response) => {
    // Relative links of the page need the last slash.
    if (!request.originalUrl.split('?')[0]?.endsWith('/')) return response.redirect(301, 'docs/');
    allowDocs(response, config.publicUrl);
    open(response, 'text/html; charset=utf-8').send(docsText);
  });
  router.get('/docs/start.js', (_request, response) => {
    open(response, 'text/javascript; charset=utf-8').send(docsScript);
  });
  router.get('/docs/page.css', (_request, response) => {
    open(response, 'text/css; charset=utf-8').send(docsStyle);
  });
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    router.get(`/docs/${name}`, (_request, response) => {
      response.setHeader('Cache-Control', 'public, max-age=3600');
      response.sendFile(join(swaggerFolder(), name), { cacheControl: false });
    });
  return router;
}

/** Made when somebody asks for it: nobody else needs the library in memory. */
async function documentText(publicUrl: string): Promise<string> {
  const { openApiDocument } = await import('./openapi.ts');
  return JSON.stringify(openApiDocument({ endpoints, publicUrl }));
}

function swaggerFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}

function open(response: Response, type: string): Response {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Content-Type', type);
  return response;
}

/** Scripts and styles of our own origin alone; calls go to us, whichever of our names the page was opened by. */
function allowDocs(response: Response, publicUrl: string): void {
  response.setHeader(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self' ${new URL(publicUrl).origin}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  );
}
