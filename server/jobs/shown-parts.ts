import type { Delivery, ReportPart } from '../../db/queries/reports.ts';
import type { Failure } from '../../shared/error.ts';

export interface DeliveryShown {
  /** The destination's name, or the address of whoever had it mailed to himself. */
  connector: string;
  status: 'delivered' | 'failed';
  location: string | null;
  /** Of a mail: until when its links are good, an ISO instant. */
  links_until: string | null;
  error: Failure | null;
}

export interface PartShown {
  part: number;
  file_name: string;
  rows: number;
  bytes: number;
  sha256: string;
  deliveries: DeliveryShown[];
}

export function shownParts(parts: ReportPart[], deliveries: Delivery[]): PartShown[] {
  return parts.map(({ id, part, fileName, rowCount, byteSize, sha256 }) => ({
    part,
    file_name: fileName,
    rows: rowCount,
    bytes: byteSize,
    sha256,
    deliveries: deliveries.filter(({ partId }) => partId === id).map(shownDelivery),
  }));
}

function shownDelivery({ connectorName, status, location, linksUntil, error }: Delivery): DeliveryShown {
  return {
    ...{ connector: connectorName, status },
    location: location ?? null,
    links_until: linksUntil?.toISOString() ?? null,
    error: error ? { code: error.code, message: error.message } : null,
  };
}
