import express, { type Express, type RequestHandler } from 'express';
import { docs } from '../api/docs.ts';
import { api } from '../api/router.ts';
import { campaignUploads, uploadsPath } from '../campaigns/uploads/door.ts';
import { bodyWithin } from '../http/body-within.ts';
import { allowCalls, securityHeaders } from '../http/headers.ts';
import { assets } from './assets.ts';
import { failures, noSuchDoor, trace } from './failures.ts';
import { health } from './health.ts';
import { media, reportDownload } from './media.ts';
import { oauth } from './oauth.ts';
import { consolePage, embedPage } from './page.ts';
import { isHttps, renew } from './renew.ts';
import { type ConsoleDoor, trpc } from './trpc.ts';

/** For a console's form on a slow line. */
const bodyMs = 60_000;

/** Every door of the program, in the order in which a request tries them. */
export function buildApp(door: ConsoleDoor, widgetFolder: string): Express {
  const { services } = door;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', services.config.trustProxy);
  app.use(securityHeaders({ https: isHttps(services.config.publicUrl) }));
  // Before everything else: it is called most, numbers its calls itself and watches over its bodies.
  app.use(api(door));
  // Its bodies take as long as they take, and it watches over them itself.
  app.use(uploadsPath, trace, campaignUploads(services));
  app.use(trace, bodyWithin(bodyMs));
  app.use('/cqa/api', docs(services));
  app.use(health(services));
  app.use('/trpc', allowCalls, trpc(door));
  app.use('/oauth/token', oauth(services));
  app.post('/session/renew', renew(services));
  app.get('/m/:ticket', media(services));
  app.get('/d/:token', reportDownload(services));
  app.use(assets(widgetFolder));
  app.get('/embed', embedPage(services, widgetFolder));
  app.get('/*path', forPeople(consolePage(widgetFolder)));
  app.get('/', consolePage(widgetFolder));
  app.use(noSuchDoor, failures(services));
  return app;
}

/** An address of the console, typed or reloaded; a program that asks for JSON is told that nothing is there. */
function forPeople(page: RequestHandler): RequestHandler {
  return (request, response, next) =>
    request.accepts(['json', 'html']) === 'html' ? page(request, response, next) : next();
}
