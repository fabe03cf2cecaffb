/** How a connector or a job is saved. */
export interface SaveOptions {
  by: string;
  /** The one to change; absent: one of that name, else a new one. */
  uid?: string | undefined;
  /** What the form of the one to change was opened with: saved on another version, it is refused. Absent: the whole is stated. */
  version?: string | undefined;
  /** Enabled or disabled as it is, whatever is said: somebody may have disabled it since a form opened. */
  keepsEnabled?: boolean;
  /** Only make a new one: a name that is taken is a conflict. */
  create?: boolean;
  /** A job that would never run is saved too, with a remark: where the same is stated to many accounts, its times pass in one first. */
  mayBeOver?: boolean;
  /** Says what would happen and changes nothing. */
  dryRun?: boolean;
  /** Connectors that are about to be made in the same go. */
  alsoKnown?: readonly { name: string; direction?: unknown; type?: unknown }[];
  /** Quality profiles and shared filters that are about to be made in the same go. */
  reportAlsoKnows?: { profiles: readonly string[]; savedFilters: readonly string[] } | undefined;
}
