import type { Direction } from '../../../shared/connector.ts';
import type { ConnectorType } from '../../connectors/connector.ts';
import { connectorTypes } from '../../connectors/registry.ts';
import { formOf, typedSecretPaths } from '../../connectors/secrets.ts';
import { adminOfConsole } from '../trpc.ts';
import { type MailLinks, mailLinks } from './mail-links.ts';

/** A kind of system, with the form that its connectors are made with. */
export interface ConnectorTypeView {
  id: string;
  title: string;
  summary: string;
  directions: Direction[];
  /** What must be ready on the other side, by direction. */
  prerequisites: ConnectorType['prerequisites'];
  /** Of a type that mails reports: what the links in its mails are. */
  mail_links: MailLinks | null;
  /** Whether the product makes its job by itself, and starts it when the connector is saved. */
  has_system_job: boolean;
  /** Whether it is read continuously, as events come: its job has no schedule, and there are no rows to preview. */
  has_stream: boolean;
  /** JSON schema of `config` as it is typed in; titles, groups and secret marks are in each field (`FieldMeta`). */
  form: Record<string, unknown>;
  /** Dotted paths of the secrets: typed, never shown back; left out in an update they are kept. */
  secrets: string[];
}

export const list = adminOfConsole.query(async ({ ctx }): Promise<ConnectorTypeView[]> => {
  const links = await mailLinks(ctx.services);
  return connectorTypes.map((type) => view(type, links));
});

function view(type: ConnectorType, links: MailLinks): ConnectorTypeView {
  return {
    id: type.id,
    title: type.title,
    summary: type.summary,
    directions: [...type.directions],
    prerequisites: type.prerequisites,
    mail_links: type.mail ? links : null,
    has_system_job: type.systemJob !== undefined,
    has_stream: type.stream !== undefined,
    form: formOf(type.config),
    secrets: typedSecretPaths(type.config),
  };
}
