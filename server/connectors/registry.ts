import { AppError } from '../../shared/error.ts';
import type { ConnectorType } from './connector.ts';
import { ecc4x } from './ecc4x/ecc4x.ts';
import { ecc6x } from './ecc6x/ecc6x.ts';
import { email } from './email/email.ts';
import { exolite } from './exolite/exolite.ts';
import { genesys } from './genesys/genesys.ts';
import { inbox } from './inbox/inbox.ts';
import { s3 } from './s3/s3.ts';
import { sftp } from './sftp/sftp.ts';

/** Every connector type, one line each. Config types differ, so outside its folder a config is what its schema parsed. */
export const connectorTypes = [
  ...[ecc4x, ecc6x, email, exolite, genesys, inbox, s3, sftp],
] as unknown as readonly ConnectorType[];

/** The ids of the types that are read continuously. */
export const streamTypes: readonly string[] = connectorTypes.filter(({ stream }) => stream).map(({ id }) => id);

/** The ids of the types that are sent links by mail instead of files. */
export const mailTypes: readonly string[] = connectorTypes.filter(({ mail }) => mail).map(({ id }) => id);

/** The type of that id; `invalid` with the known ones when there is none. */
export function connectorType(id: string): ConnectorType {
  const type = connectorTypes.find((candidate) => candidate.id === id);
  if (type) return type;
  const known = connectorTypes.map((candidate) => candidate.id).join(', ');
  throw new AppError('invalid', `There is no connector type "${id}". Known types: ${known}.`, { field: 'type' });
}
