import { stringify } from 'yaml';
import { connectorType } from '../connectors/registry.ts';
import type { Services } from '../services.ts';
import { listConnectors } from './connectors.ts';
import { listJobs } from './jobs.ts';
import { currentProfiles } from './profiles.ts';
import { listMetadataFields, listRules } from './rules.ts';

/** Today's configuration as the YAML that `apply` reads. Secrets are left out, which to `apply` means "keep". */
export async function exportConfiguration(services: Services, accountId: number): Promise<string> {
  const connectors = await listConnectors(services, accountId);
  const jobs = await listJobs(services, accountId);
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
    jobs: jobs
      .filter((job) => !job.is_system)
      .map(({ name, type, connectors, schedule, report, is_enabled }) => ({
        name,
        type,
        connectors,
        schedule,
        ...(report ? { report } : {}),
        is_enabled,
      })),
  });
}
