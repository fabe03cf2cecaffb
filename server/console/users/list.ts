import { listUsers, type UserView } from '../../accounts/users.ts';
import { admin } from '../trpc.ts';

export const list = admin.query(({ ctx }): Promise<UserView[]> => listUsers(ctx.services, ctx.session.accountId));
