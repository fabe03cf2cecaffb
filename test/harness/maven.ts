import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from './product.ts';

/** A server written in Java, as Maven knows it. */
export interface MavenServer {
  /** What a person calls it. */
  title: string;
  /** Names its folder: `<name>-<version>`. */
  name: string;
  version: string;
  megabytes: number;
  /** The `<dependency>` elements, by which Maven finds all else. */
  dependencies: string;
}

/** How far Java compiles what it runs often, 1 to 4. The root hooks of the tests set 1: their servers live for seconds. */
export const javaCompiler = { level: 4 };

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

/** What this machine lacks to fetch and run them; undefined where it can. Looked for, not run: Maven takes a second to say its version. */
export function missingForJava(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = ['java', 'mvn'].filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found (Debian: apt-get install maven)`;
}

/** The folder with its jars, fetched once for this clone. Two processes may fetch at once; the first puts its own in place. */
export function fetchJars(server: MavenServer): string {
  const cache = join(packageRoot, 'node_modules', '.cache');
  const folder = join(cache, `${server.name}-${server.version}`);
  if (existsSync(folder)) return folder;
  console.error(`Fetching ${server.title} ${server.version} by Maven, once (${server.megabytes} MB).`);
  const making = join(cache, `${server.name}-${randomUUID()}`);
  mkdirSync(making, { recursive: true });
  writeFileSync(join(making, 'pom.xml'), projectOf(server));
  const goal = [`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${making}`];
  const run = spawnSync('mvn', ['-q', '-B', '-f', join(making, 'pom.xml'), ...goal], { encoding: 'utf8' });
  if (run.status !== 0) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(`Maven could not fetch ${server.title}: ${run.stdout}${run.stderr}`);
  }
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

function projectOf({ name, dependencies }: MavenServer): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cqa</groupId>
  <artifactId>${name}-jars</artifactId>
  <version>1</version>
  <dependencies>
${dependencies}
  </dependencies>
</project>
`;
}
