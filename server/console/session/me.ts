import { signedIn } from '../trpc.ts';
import { type Me, meOf } from './view.ts';

export const me = signedIn.query(({ ctx }): Me => meOf(ctx.services, ctx.session));
