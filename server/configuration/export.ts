import { stringify } from 'yaml';
import { readAccountAlerts } from '../../db/queries/alert-audience.ts';
import { exportedAlerts, shownSettings } from '../alerts/settings.ts';
import { connectorType } from '../connectors/registry.ts';
import { listMetadataFields } from '../quality/metadata-fields.ts';
import { currentProfiles } from '../quality/profiles.ts';
import { listRules } from '../quality/rules.ts';
import type { Services } from '../services.ts';
import { listConnectors } from './connectors.ts';
import { listJobs } from './jobs.ts';
import { exportedFilters } from './shared-filters.ts';

/** Today's configuration as the YAML that `apply` reads. Secrets are left out, which to `apply` means "keep". */
export async function exportConfiguration(services: Services, accountId: number): Promise<string> {
  const connectors = await listConnectors(services, accountId);
  const jobs = await listJobs(services, accountId);
  const alerts = await readAccountAlerts(services.database.pool, accountId);
  return stringify({
    connectors: connectors.map(({ name, direction, type, config, is_enabled }) => ({
      name,
      direction,
      type,
      config: connectorType(type).exported?.(config) ?? config,
      is_enabled,
    })),
    quality_profiles: await currentProfiles(services, accountId),
    assignment_rules: await listRules(services, accountId),
    metadata_fields: await listMetadataFields(services, accountId),
    saved_filters: await exportedFilters(services, accountId),
    jobs: jobs
      .filter((job) => !job.is_system)
      .map(({ name, type, connectors, schedule, report, alerts, is_enabled }) => ({
        name,
        type,
        connectors,
        schedule,
        ...(report ? { report } : {}),
        ...(alerts ? { alerts: exportedAlerts(alerts) } : {}),
        is_enabled,
      })),
    ...(alerts ? { alerts: exportedAlerts(shownSettings(alerts)) } : {}),
  });
}
