import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { allowFromAnywhere } from '../http/headers.ts';

const yearMs = 365 * 24 * 3_600_000;

/**
 * The console's bundles, whose names change with their content, and embed.js, whose name never does. Host pages and
 * sandboxed frames load them from origins of their own.
 */
export function assets(widgetFolder: string): Router {
  const router = Router();
  router.use('/assets', folder(join(widgetFolder, 'assets')));
  router.get('/embed.js', (_request, response) => {
    allowFromAnywhere(response);
    response.setHeader('Cache-Control', 'public, max-age=300');
    response.sendFile('embed.js', { root: widgetFolder, cacheControl: false });
  });
  return router;
}

function folder(path: string): RequestHandler {
  return express.static(path, {
    index: false,
    redirect: false,
    fallthrough: false,
    immutable: true,
    maxAge: yearMs,
    setHeaders: allowFromAnywhere,
  });
}
